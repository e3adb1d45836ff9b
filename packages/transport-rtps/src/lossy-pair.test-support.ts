import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../test-peers/", import.meta.url));

/** Root needs no user namespace, and programs that change their user have none then. */
export const isRoot: boolean = process.getuid?.() === 0;
const UNSHARE = isRoot ? "-n" : "-rn";

/** Whether this system lets us make network namespaces with cards of our own in them. */
export const namespacesWork: boolean =
  existsSync("/proc/self/ns/net") &&
  spawnSync("which", ["cc"]).status === 0 &&
  spawnSync("unshare", [UNSHARE, "sh", "-c", "ip link add side0 type veth peer name eth0 && ip link set side0 up"])
    .status === 0;

/** What happens to datagrams on their way, per cent. */
export interface LinkWeather {
  readonly loss: number;
  readonly reorder: number;
  readonly duplicate: number;
  readonly seed: number;
  /** Below 65 535 a large datagram is several packets, of which one lost loses all. */
  readonly mtu?: number;
}

export function buildWeather(folder: string): string {
  const program = join(folder, "weather");
  execFileSync("cc", ["-O2", "-o", program, join(SOURCES, "weather.c")]);
  return program;
}

/** Two hosts with a link between them on which there is weather: network namespaces of this machine. */
export class LossyPair implements AsyncDisposable {
  static readonly ADDRESSES = ["10.77.0.1", "10.77.0.2"] as const;
  readonly #world: ChildProcess;
  readonly #sides: readonly string[];
  readonly #programs: ChildProcess[] = [];

  private constructor(world: ChildProcess, sides: readonly string[]) {
    this.#world = world;
    this.#sides = sides;
  }

  static async open(program: string, weather: LinkWeather): Promise<LossyPair> {
    const { loss, reorder, duplicate, seed, mtu = 65_535 } = weather;
    const args = [program, mtu, loss, reorder, duplicate, seed].map(String);
    const world = spawn("unshare", [UNSHARE, join(SOURCES, "lossy-pair.sh"), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let sides: readonly string[] = [];
    for await (const line of createInterface({ input: world.stdout })) {
      if (line.startsWith("pids ")) sides = line.split(" ").slice(1);
      if (line === "ready") return new LossyPair(world, sides);
    }
    throw new Error("the pair of network namespaces did not come up");
  }

  /** Runs a program on one side; its lines are collected. */
  run(
    side: 0 | 1,
    command: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): { readonly lines: string[]; readonly child: ChildProcess; readonly go: () => void } {
    const user = isRoot ? [] : ["--preserve-credentials", "-U"];
    const child = spawn("nsenter", [...user, "-n", "-t", this.#sides[side]!, ...command], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
      detached: true, // a group of its own, which ends as a whole
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout! }).on("line", (line) => lines.push(line));
    this.#programs.push(child);
    return { lines, child, go: () => void child.stdin!.write("go\n") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of this.#programs) {
      try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    if (this.#world.exitCode !== null) return;
    const ended = once(this.#world, "exit");
    this.#world.stdin!.end();
    await ended;
  }
}
