import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../test-peers/", import.meta.url));
const has = (tool: string): boolean => spawnSync("which", [tool]).status === 0;

/** The DDS stacks that programs of test-peers are compiled against, where the system has them (Debian's packages). */
export const installed: Readonly<Record<"cyclone" | "fastdds", boolean>> = {
  cyclone: has("idlc") && has("cc"),
  fastdds: has("c++") && ["/usr/include", "/usr/local/include"].some((folder) => existsSync(`${folder}/fastdds/dds`)),
};

export type Stack = keyof typeof installed;

/** Compiles the peer of a stack into `folder`; gives its path and the environment that it is started with. */
export function buildPeer(stack: Stack, folder: string): { readonly program: string; readonly env: NodeJS.ProcessEnv } {
  return stack === "cyclone"
    ? buildCyclone("cyclone-peer", "peer-types", folder)
    : buildFastDds("fastdds-peer", folder);
}

/** The Cyclone DDS program that behaves as a node of ROS 2. */
export const buildRos2Peer = (folder: string): ReturnType<typeof buildPeer> =>
  buildCyclone("ros2-peer", "ros2-types", folder);

/** The Fast DDS program that behaves as nodes of ROS 2. */
export const buildRos2FastPeer = (folder: string): ReturnType<typeof buildPeer> =>
  buildFastDds("ros2-fast-peer", folder);

/** The Cyclone DDS program that sends back what it gets of every type. */
export const buildTypesEcho = (folder: string): ReturnType<typeof buildPeer> =>
  buildCyclone("every-type-echo", "every-type", folder);

/** The Cyclone DDS program that does what it is told. */
export const buildHand = (folder: string): ReturnType<typeof buildPeer> =>
  buildCyclone("cyclone-hand", "peer-types", folder);

function buildCyclone(name: string, types: string, folder: string): { program: string; env: NodeJS.ProcessEnv } {
  const idl = join(SOURCES, `${types}.idl`);
  execFileSync("idlc", ["-l", "c", "-o", folder, idl], { stdio: ["ignore", "ignore", "pipe"] });
  const program = join(folder, name);
  const files = [join(SOURCES, `${name}.c`), join(folder, `${types}.c`)];
  execFileSync("cc", ["-O1", "-I", folder, "-o", program, ...files, "-lddsc"]);
  // On loopback alone.
  const config = join(folder, "loopback.xml");
  writeFileSync(
    config,
    `<CycloneDDS><Domain Id="any"><General><Interfaces><NetworkInterface name="lo" multicast="true"/></Interfaces></General></Domain></CycloneDDS>`,
  );
  return { program, env: { CYCLONEDDS_URI: `file://${config}` } };
}

function buildFastDds(name: string, folder: string): { program: string; env: NodeJS.ProcessEnv } {
  const program = join(folder, name);
  const source = join(SOURCES, `${name}.cpp`);
  execFileSync("c++", ["-O1", "-std=c++14", "-w", "-o", program, source, "-lfastrtps", "-lfastcdr"]);
  return { program, env: {} };
}
