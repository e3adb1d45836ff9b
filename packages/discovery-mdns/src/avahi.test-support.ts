import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LossyPair } from "../../transport-rtps/src/lossy-pair.test-support.ts";

/** Debian: avahi-daemon, avahi-utils, dbus. */
export const isAvahiInstalled: boolean = ["avahi-daemon", "avahi-browse", "avahi-publish", "dbus-daemon"].every(
  (tool) => spawnSync("which", [tool]).status === 0,
);

/**
 * A real Avahi on one side of the pair, with a D-Bus of its own whose files lie in `folder`. Needs root.
 * @returns its lines, to wait for `Server startup complete`, and the environment in which its tools find it
 */
export function startAvahi(
  pair: LossyPair,
  side: 0 | 1,
  folder: string,
): { readonly lines: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  const socket = join(folder, "bus");
  const bus = `unix:path=${socket}`;
  const rules =
    '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>';
  const listen = `<type>session</type><listen>${bus}</listen><auth>EXTERNAL</auth>`;
  writeFileSync(join(folder, "bus.conf"), `<busconfig>${listen}${rules}</busconfig>`);
  writeFileSync(join(folder, "avahi.conf"), "[server]\nhost-name=workshop\nuse-ipv6=no\nallow-interfaces=eth0\n");
  // Avahi's files stand below /run: a file system of its own.
  const start = [
    "mount -t tmpfs tmpfs /run",
    "mkdir -p /run/avahi-daemon",
    // It says its address when it listens. Its socket stands before that, and Avahi ends when it is refused there.
    `exec 3< <(exec dbus-daemon --config-file=${join(folder, "bus.conf")} --nofork --nopidfile --print-address)`,
    "read -r -u 3",
    `exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f ${join(folder, "avahi.conf")} 2>&1`,
  ].join("\n");
  rmSync(socket, { force: true });
  const env = { DBUS_SYSTEM_BUS_ADDRESS: bus };
  return { lines: pair.run(side, ["unshare", "-m", "bash", "-c", start], env).lines, env };
}
