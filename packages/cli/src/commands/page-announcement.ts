import { hostname } from "node:os";
import type { Bridge } from "@delos/bridge";
import { describeError, Lifetime } from "@delos/core";
import { announce, openMdns, TYPE_BRIDGE, TYPE_HTTP } from "@delos/discovery-mdns";
import type { CommandContext } from "../command.ts";
import { isThisMachineOnly } from "./page-security.ts";

/**
 * Makes a page known in the local network that listens beyond this machine: as `_delos._tcp` for Delos, as `_http._tcp` for
 * whatever lists pages. In the background: where it is not possible, a line says so and the page is served all the same.
 */
export function announcePage({ err }: CommandContext, bridge: Bridge, host: string | undefined): AsyncDisposable {
  const lifetime = new Lifetime();
  if (isThisMachineOnly(host)) return lifetime;
  const { port, url } = bridge;
  const name = `Delos on ${hostname()}`;
  const txt = { path: "/", scheme: url.slice(0, url.indexOf(":")) };
  const work = async (): Promise<void> => {
    const link = lifetime.own(await openMdns());
    for (const type of [TYPE_BRIDGE, TYPE_HTTP]) lifetime.own(await announce(link, { name, type, port, txt }));
  };
  work().catch((error: unknown) => {
    if (!lifetime.closed) err.write(`delos: the page is not announced by mDNS: ${describeError(error)}\n`);
  });
  return lifetime;
}
