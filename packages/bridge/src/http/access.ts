/**
 * Who may talk to a server on this machine. A web page of anywhere can make the browser send requests to 127.0.0.1; two
 * headers that pages cannot forge tell them apart: `Host` (a page whose name was rebound to this address still says its
 * name) and `Origin` (a page of elsewhere says where it is from).
 */
export interface Access {
  /** Whether the `Host` header names this server. */
  readonly isOwnHost: (host: string | undefined) => boolean;
  /** Whether the `Origin` header is absent (no browser, or the same page) or this server's own. */
  readonly isOwnOrigin: (origin: string | undefined) => boolean;
}

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];
const WILDCARDS = ["0.0.0.0", "::", ""];

/** `bound`: the address listened on. Elsewhere than on loopback its own name and plain addresses are good too. */
export function access(bound: string, port: number): Access {
  const isIpv6 = bound.includes(":");
  const names = new Set([...LOOPBACK_NAMES, isIpv6 ? `[${bound}]` : bound.toLowerCase()]);
  const isAddress = (name: string): boolean => /^(\d{1,3}(\.\d{1,3}){3}|\[[\da-f:.]+\])$/.test(name);
  const isOwnHost = (host: string | undefined): boolean => {
    const match = /^(.*?)(?::(\d+))?$/.exec(host?.toLowerCase() ?? "");
    if (match === null || Number(match[2] ?? 80) !== port) return false;
    const name = match[1]!;
    return names.has(name) || (WILDCARDS.includes(bound) && isAddress(name));
  };
  return {
    isOwnHost,
    isOwnOrigin: (origin) => origin === undefined || (origin.startsWith("http://") && isOwnHost(origin.slice(7))),
  };
}
