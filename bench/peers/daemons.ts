import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** What a peer needs to run beside it. */
export interface Daemon {
  /** Why it did not come up. */
  readonly failed: string | undefined;
  /** For the programs that use it. */
  readonly env: NodeJS.ProcessEnv;
  end(): Promise<void>;
}

const READY_MS = 60_000;
const END_MS = 5000;

/** Its memory, named as it always is and as its user: it removes it when it ends, unless a client of it was killed. */
export async function iceoryxDaemon(signal?: AbortSignal): Promise<Daemon> {
  const config = fileURLToPath(new URL("./roudi.toml", import.meta.url));
  const memory = ["iceoryx_mgmt", userInfo().username].map((name) => join("/dev/shm", name));
  const own = memory.filter((file) => !existsSync(file));
  const daemon = await start(["iox-roudi", "-c", config], /RouDi is ready/, {}, signal);
  return {
    ...daemon,
    end: async () => {
      await daemon.end();
      for (const file of own) rmSync(file, { force: true });
    },
  };
}

/** A master of its own, on a free port and with a folder of its own: one that runs on this machine stays as it is. */
export async function rosMaster(signal?: AbortSignal): Promise<Daemon> {
  const home = mkdtempSync(join(tmpdir(), "delos-bench-ros-"));
  const port = await freePort();
  const env = { ROS_HOME: home, ROS_LOG_DIR: home, ROS_IP: "127.0.0.1", ROS_MASTER_URI: `http://127.0.0.1:${port}/` };
  const daemon = await start(["roscore", "-p", String(port)], /started core service/, env, signal);
  return {
    ...daemon,
    end: async () => {
      await daemon.end();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** In a process group of its own: Ctrl-C is for us, and what it starts ends with it. */
async function start(
  [program, ...args]: readonly string[],
  ready: RegExp,
  more: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Daemon> {
  const env = { ...process.env, ...more, PYTHONUNBUFFERED: "1" };
  const child = spawn(program!, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let said = "";
  const isReady = new Promise<boolean>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => {
        said += text.toString();
        if (ready.test(said)) resolve(true);
      });
    }
    void ended.then(() => resolve(false));
    signal?.addEventListener("abort", () => resolve(false));
    setTimeout(resolve, READY_MS, false).unref();
  });
  const up = await isReady;
  const last = said.trim().split("\n").at(-1) ?? "";
  const why = child.exitCode === null ? `did not come up within ${READY_MS / 1000} s` : "ended at once";
  return {
    failed: up ? undefined : `${program} ${why}: ${last}`,
    env: more,
    async end() {
      signalGroup(child, "SIGINT");
      const late = setTimeout(() => signalGroup(child, "SIGKILL"), END_MS);
      await ended;
      clearTimeout(late);
      signalGroup(child, "SIGKILL"); // what it started and did not end
    },
  };
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // nobody of it is left
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
