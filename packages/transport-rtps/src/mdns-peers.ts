import { announce, browse, openMdns, TYPE_RTPS } from "@delos/discovery-mdns";
import { type Locator, locatorKey } from "./wire/locator.ts";

/** What others are told by multicast DNS, and where peers that are found so go. */
export interface MdnsPeersOptions {
  readonly prefix: string;
  readonly name: string;
  readonly domain: number;
  readonly domainTag: string;
  readonly discoveryPort: number;
  readonly interfaces: readonly string[];
  /** Told of us from now on, until taken out again. */
  readonly announceTo: Locator[];
  found(locator: Locator): void;
}

/**
 * Participants that find each other by DNS-SD (`_rtps-discovery._udp`) where 239.255.0.1 is blocked: each that is found is told of
 * us by unicast, as a configured peer is.
 */
export async function followMdnsPeers(options: MdnsPeersOptions): Promise<AsyncDisposable> {
  const { prefix, name, domain, domainTag, discoveryPort, interfaces, announceTo } = options;
  const link = await openMdns({ interfaces });
  const locatorsOf = (addresses: readonly string[], port: number): Locator[] =>
    addresses.map((address) => ({ address, port }));
  const isOurs = (txt: Readonly<Record<string, string>>): boolean =>
    txt["domain"] === String(domain) && (txt["tag"] ?? "") === domainTag && txt["prefix"] !== prefix;
  const seen = browse(link, TYPE_RTPS, {
    found: ({ txt, addresses, port }) => {
      if (!isOurs(txt)) return;
      for (const locator of locatorsOf(addresses, port)) {
        if (announceTo.some((known) => locatorKey(known) === locatorKey(locator))) continue;
        announceTo.push(locator);
        options.found(locator);
      }
    },
    lost: ({ txt, addresses, port }) => {
      if (!isOurs(txt)) return;
      const gone = new Set(locatorsOf(addresses, port).map(locatorKey));
      const kept = announceTo.filter((locator) => !gone.has(locatorKey(locator)));
      announceTo.splice(0, announceTo.length, ...kept);
    },
  });
  const txt = { domain: String(domain), prefix, ...(domainTag === "" ? {} : { tag: domainTag }) };
  const own = announce(link, { name: `${name} ${prefix.slice(-8)}`, type: TYPE_RTPS, port: discoveryPort, txt });
  return {
    async [Symbol.asyncDispose]() {
      seen[Symbol.dispose]();
      await (await own)[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
    },
  };
}
