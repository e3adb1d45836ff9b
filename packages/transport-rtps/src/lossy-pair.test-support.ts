import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cardCommands, isRoot, type LinkWeather, programWeather, UNSHARE } from "./link-weather.test-support.ts";

export { isRoot, type LinkWeather };

const SOURCES = fileURLToPath(new URL("../test-peers/", import.meta.url));

/** Whether this system lets us make network namespaces with cards of our own in them. */
export const namespacesWork: boolean =
  existsSync("/proc/self/ns/net") &&
  spawnSync("which", ["cc"]).status === 0 &&
  spawnSync("unshare", [UNSHARE, "sh", "-c", "ip link add side0 type veth peer name eth0 && ip link set side0 up"])
    .status === 0;

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
    const { source, seed, mtu = 65_535 } = weather;
    // Without a program between them the cards are on one bridge.
    const between = source === "netem" ? "bridge" : program;
    const args = [between, mtu, ...programWeather(weather), seed].map(String);
    const world = spawn("unshare", [UNSHARE, join(SOURCES, "lossy-pair.sh"), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let sides: readonly string[] = [];
    for await (const line of createInterface({ input: world.stdout })) {
      if (line.startsWith("pids ")) sides = line.split(" ").slice(1);
      if (line !== "ready") continue;
      const pair = new LossyPair(world, sides);
      for (const side of [0, 1] as const) {
        for (const [command, ...words] of cardCommands(weather, side)) {
          execFileSync("nsenter", [...pair.#into(side), command!, ...words]);
        }
      }
      return pair;
    }
    throw new Error("the pair of network namespaces did not come up");
  }

  /** Runs a program on one side; its lines are collected. */
  run(
    side: 0 | 1,
    command: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): { readonly lines: string[]; readonly child: ChildProcess; readonly go: () => void } {
    const child = spawn("nsenter", [...this.#into(side), ...command], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
      detached: true, // a group of its own, which ends as a whole
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout! }).on("line", (line) => lines.push(line));
    this.#programs.push(child);
    return { lines, child, go: () => void child.stdin!.write("go\n") };
  }

  #into(side: 0 | 1): string[] {
    return [...(isRoot ? [] : ["--preserve-credentials", "-U"]), "-n", "-t", this.#sides[side]!];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of this.#programs) {
      try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    if (this.#world.exitCode !== null || this.#world.signalCode !== null) return;
    const ended = once(this.#world, "exit");
    this.#world.stdin!.end();
    await ended;
  }
}
