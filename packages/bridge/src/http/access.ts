/**
 * Who may talk to a server. A web page of anywhere can make the browser send requests to this machine; two headers that
 * pages cannot forge tell them apart: `Host` (a page whose name was rebound to this address still says its name) and `Origin`
 * (a page of elsewhere says where it is from).
 */
export interface Access {
  /** Whether the `Host` header names this server. */
  readonly isOwnHost: (host: string | undefined) => boolean;
  /** Whether the `Origin` header is absent (no browser, or the same page), this server's own, or one that was allowed. */
  readonly isOwnOrigin: (origin: string | undefined) => boolean;
}

export interface AccessOptions {
  /** Served by https. */
  readonly secure?: boolean;
  /** More names of this server, without port: what a reverse proxy or a name server calls it. */
  readonly names?: readonly string[];
  /** First label of the machine's name: the name server's and those that mDNS gives it in the local network are the server's. */
  readonly machine?: string;
  /** Origins of other pages that may use what the browser adds by itself, whole: `https://viewer.example`. */
  readonly origins?: readonly string[];
}

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];
const WILDCARDS = ["0.0.0.0", "::", ""];

/** Loopback addresses are this machine's alone; anything else is reached by others. */
export function isLoopbackHost(bound: string): boolean {
  return bound === "localhost" || bound === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bound);
}

/** `bound`: the address listened on. When it stands for all addresses, plain addresses are good too: no name was rebound. */
export function access(bound: string, port: number, options: AccessOptions = {}): Access {
  const { secure = false, names: more = [], machine, origins = [] } = options;
  const isIpv6 = bound.includes(":");
  const own = isIpv6 ? `[${bound}]` : bound;
  const names = new Set([...LOOPBACK_NAMES, own, ...more].map((name) => name.toLowerCase()));
  const isAddress = (name: string): boolean => /^(\d{1,3}(\.\d{1,3}){3}|\[[\da-f:.]+\])$/.test(name);
  // `.local` is asked for in the local network alone, so no page of the web can bind such a name anew.
  const isMachine = (name: string): boolean =>
    machine !== undefined &&
    (name === machine || (name.startsWith(machine) && /^(-[\da-f]{8})?\.local$/.test(name.slice(machine.length))));
  const defaultPort = secure ? 443 : 80;
  const scheme = secure ? "https://" : "http://";
  const isOwnHost = (host: string | undefined): boolean => {
    const match = /^(.*?)(?::(\d+))?$/.exec(host?.toLowerCase() ?? "");
    if (match === null) return false;
    const name = match[1]!;
    // A reverse proxy is asked for under its own port: only the name counts.
    if (more.some((allowed) => allowed.toLowerCase() === name)) return true;
    if (Number(match[2] ?? defaultPort) !== port) return false;
    return names.has(name) || isMachine(name) || (WILDCARDS.includes(bound) && isAddress(name));
  };
  const isOwnOrigin = (origin: string | undefined): boolean => {
    if (origin === undefined || origins.includes(origin)) return true;
    if (origin.startsWith(scheme) && isOwnHost(origin.slice(scheme.length))) return true;
    // TLS may end at the proxy.
    return more.some((name) => origin.toLowerCase() === `https://${name.toLowerCase()}`);
  };
  return { isOwnHost, isOwnOrigin };
}
