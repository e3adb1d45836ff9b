import type { Answer } from "dns-packet";
import type { MdnsLink } from "./mdns-link.ts";
import { type FoundService, factsOf, sameName } from "./service.ts";

/** RFC 6762 §5.2: the first two questions a second apart, then ever more rarely. */
const FIRST_MS = 1000;
const SLOWEST_MS = 3_600_000;
/** What a flood of forged answers can make us remember. */
const MAX_INSTANCES = 1000;
const MAX_HOSTS = 1000;
const MAX_ADDRESSES = 16;
/** A record that says it lives longer is asked for again after a day. */
const MAX_TTL_S = 86_400;

export interface Browsing extends Disposable {
  /** Those that are there now. */
  readonly services: readonly FoundService[];
}

export interface BrowseListener {
  /** It is there, or something of it has changed. */
  found?(service: FoundService): void;
  lost?(service: FoundService): void;
}

interface Known {
  readonly name: string;
  expiresMs: number;
  refreshMs: number;
  port?: number;
  host?: string;
  txt: Record<string, string>;
  /** As it was told last. */
  told?: FoundService;
  toldKey: string;
  asked: boolean;
}

/** Looks for services of a type (`_delos._tcp`) until disposed. RFC 6763 §4.1. */
export function browse(link: MdnsLink, type: string, listener: BrowseListener = {}): Browsing {
  link.mustBeOpen();
  return new Browser(link, type, listener);
}

class Browser implements Browsing {
  readonly #link: MdnsLink;
  readonly #type: string;
  readonly #listener: BrowseListener;
  readonly #packets: Disposable;
  /** By full name, in lower case. */
  readonly #known = new Map<string, Known>();
  readonly #addresses = new Map<string, Set<string>>();
  #next: Disposable;
  #tick: Disposable | undefined;

  constructor(link: MdnsLink, type: string, listener: BrowseListener) {
    this.#link = link;
    this.#type = `${type}.local`;
    this.#listener = listener;
    this.#packets = link.events.on("packet", ({ packet }) => {
      if (packet.type === "response") this.#take([...(packet.answers ?? []), ...(packet.additionals ?? [])]);
    });
    this.#next = this.#ask(FIRST_MS);
  }

  get services(): readonly FoundService[] {
    return [...this.#known.values()].flatMap(({ told }) => told ?? []);
  }

  [Symbol.dispose](): void {
    this.#packets[Symbol.dispose]();
    this.#next[Symbol.dispose]();
    this.#tick?.[Symbol.dispose]();
    this.#known.clear();
    this.#addresses.clear();
  }

  #ask(againMs: number): Disposable {
    const now = this.#link.nowMs;
    // §7.1: answers that we have in good health need not be repeated.
    const answers = [...this.#known.values()]
      .filter(({ refreshMs }) => refreshMs > now)
      .map(({ name, expiresMs }): Answer => {
        const ttl = Math.floor((expiresMs - now) / 1000);
        return { type: "PTR", name: this.#type, data: name, ttl };
      });
    this.#link.query({ questions: [{ type: "PTR", name: this.#type }], answers: answers.slice(0, 50) });
    return this.#link.after(againMs, () => {
      this.#next = this.#ask(Math.min(againMs * 3, SLOWEST_MS));
    });
  }

  #take(records: readonly Answer[]): void {
    for (const record of records)
      if (record.type === "PTR" && sameName(record.name, this.#type)) this.#onPointer(record);
    for (const record of records) {
      if (record.type === "A") this.#onAddress(record.name, record.data, record.ttl ?? 0);
      const known = this.#known.get("name" in record ? record.name.toLowerCase() : "");
      if (known === undefined) continue;
      if (record.type === "SRV") {
        known.port = record.data.port;
        known.host = record.data.target;
      } else if (record.type === "TXT") known.txt = factsOf(record.data);
    }
    for (const known of Array.from(this.#known.values())) this.#tell(known);
    this.#plan();
  }

  #onPointer({ data, ttl = 0 }: { readonly data: string; readonly ttl?: number | undefined }): void {
    const key = data.toLowerCase();
    const known = this.#known.get(key);
    if (ttl === 0) {
      if (known !== undefined) this.#lose(key, known);
      return;
    }
    if (!key.endsWith(`.${this.#type.toLowerCase()}`)) return;
    if (known === undefined && this.#known.size >= MAX_INSTANCES) return;
    const now = this.#link.nowMs;
    const lifeMs = Math.min(ttl, MAX_TTL_S) * 1000;
    const fresh = known ?? { name: data, expiresMs: 0, refreshMs: 0, txt: {}, toldKey: "", asked: false };
    fresh.expiresMs = now + lifeMs;
    fresh.refreshMs = now + lifeMs * 0.8;
    this.#known.set(key, fresh);
  }

  #onAddress(host: string, address: string, ttl: number): void {
    const key = host.toLowerCase();
    const addresses = this.#addresses.get(key) ?? new Set();
    if (ttl === 0) {
      addresses.delete(address);
      return;
    }
    if (addresses.size >= MAX_ADDRESSES || (addresses.size === 0 && this.#addresses.size >= MAX_HOSTS)) return;
    addresses.add(address);
    this.#addresses.set(key, addresses);
  }

  #tell(known: Known): void {
    const { name, host, port, txt } = known;
    const addresses = [...(this.#addresses.get(host?.toLowerCase() ?? "") ?? [])];
    if (host === undefined || port === undefined || addresses.length === 0) {
      // The answer was not complete: the rest is asked for, once.
      if (known.asked) return;
      known.asked = true;
      this.#link.query({
        questions: [
          { type: "SRV", name },
          { type: "TXT", name },
          ...(host === undefined ? [] : [{ type: "A", name: host } as const]),
        ],
      });
      return;
    }
    const label = name.slice(0, name.length - this.#type.length - 1);
    const service: FoundService = {
      name: label,
      type: this.#type.slice(0, -".local".length),
      host,
      port,
      txt,
      addresses,
    };
    const key = JSON.stringify(service);
    if (key === known.toldKey) return;
    known.toldKey = key;
    known.told = service;
    this.#listener.found?.(service);
  }

  #lose(key: string, known: Known): void {
    this.#known.delete(key);
    if (known.told !== undefined) this.#listener.lost?.(known.told);
    const hosts = new Set([...this.#known.values()].map(({ host }) => host?.toLowerCase()));
    for (const host of this.#addresses.keys()) if (!hosts.has(host)) this.#addresses.delete(host);
  }

  /** Asks again before the memory of something ends, and forgets what did not answer. */
  #plan(): void {
    this.#tick?.[Symbol.dispose]();
    this.#tick = undefined;
    const now = this.#link.nowMs;
    const due = [...this.#known.values()].map(({ refreshMs, expiresMs }) => (refreshMs > now ? refreshMs : expiresMs));
    if (due.length === 0) return;
    this.#tick = this.#link.after(Math.max(0, Math.min(...due) - now) + 1, () => {
      const later = this.#link.nowMs;
      for (const [key, known] of Array.from(this.#known)) if (known.expiresMs <= later) this.#lose(key, known);
      const stale = [...this.#known.values()].some(({ refreshMs }) => refreshMs <= later);
      if (stale) this.#link.query({ questions: [{ type: "PTR", name: this.#type }] });
      this.#plan();
    });
  }
}
