import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { LogRing, PinRing } from "sharedarraybuffer-ring";
import { createMapped } from "../src/mapped/mapped-ring.ts";
import { busFolder, sweep } from "../src/mapped/place.ts";
import { CONTROL_BYTES, COUNT, Control, type EndData } from "./process-data.ts";

export interface ProcessStressOptions {
  /** A bare ring, whose killed writer is succeeded by another on the same memory; or publishers and subscribers on a bus. */
  readonly kind: EndData["kind"];
  /** How often a process chosen at random is killed by SIGKILL, wherever it is, and another put in its place. */
  readonly kills: number;
  /** The reliable reader that stays receives so many at least; the kills are spread over them. Default 0: as long as the kills take. */
  readonly messages?: number;
  readonly seed: number;
}

export interface ProcessStressReport {
  /** What the reliable reader that stayed has received. */
  readonly messages: number;
  readonly received: number;
  readonly lost: number;
  readonly torn: number;
  readonly repeated: number;
  readonly reordered: number;
  /** How far received + lost is from what was passed. Must be 0. */
  readonly miscounted: number;
  /**
   * What the reliable reader that stayed has lost; of a bus, what was written by the writer that was not killed: memory that goes
   * with its process may take along what nobody had read. Must be 0.
   */
  readonly lostByReliable: number;
  readonly writersKilled: number;
  readonly readersKilled: number;
  /** Readers that stayed and came to the end. */
  readonly finished: number;
  readonly seconds: number;
}

interface End {
  readonly child: ChildProcess;
  readonly data: EndData;
  readonly ended: Promise<number | null>;
}

/** One writer and four readers, each a process of its own: a reliable and a keep-last one that stay, and two guests. */
export async function stressProcesses(options: ProcessStressOptions): Promise<ProcessStressReport> {
  const { kind, kills, messages = 0 } = options;
  let state = options.seed >>> 0;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const domain = `stress${process.pid}`;
  const folder = mkdtempSync(`/dev/shm/delos-${domain}-`);
  const [ringFile, controlFile] = [join(folder, "ring"), join(folder, "control")];
  const control = new Control((await createMapped(controlFile, CONTROL_BYTES)).buffer);
  if (kind === "log") {
    const size = { capacityBytes: 1 << 16, maxMessageBytes: 4096 };
    LogRing.createIn(await createMapped(ringFile, LogRing.bytesFor(size)), size);
  } else if (kind === "pin") {
    const size = { maxMessageBytes: 4096, depth: 16, chunks: 40 };
    PinRing.createIn(await createMapped(ringFile, PinRing.bytesFor(size)), size);
  }

  const failures: string[] = [];
  const idle: Promise<ChildProcess>[] = [];
  const running = new Set<End>();
  const boot = (): Promise<ChildProcess> =>
    new Promise((resolve, reject) => {
      const args = ["--import", "@oxc-node/core/register", "--conditions=@delos/source", fileURLToPath(ENTRY)];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      child.once("message", () => resolve(child));
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`a process of the stress run ended with ${code}`)));
    });
  // Starting takes longer than a life: some are always ready.
  const spare = (): void => {
    const child = boot();
    child.catch(() => {});
    idle.push(child);
  };
  for (let i = 0; i < 8; i++) spare();

  let owners = 0;
  const start = async (role: EndData["role"], reliable: boolean): Promise<End> => {
    const owner = ++owners;
    const slow = role === "reader" ? (!reliable && owner % 3 === 0 ? 5000 : 0) : owner % 2;
    const data: EndData = { kind, role, ring: ringFile, control: controlFile, domain, owner, reliable, slow };
    const child = await idle.shift()!;
    spare();
    const ended = new Promise<number | null>((resolve) => void child.once("exit", resolve));
    child.send(data);
    const end: End = { child, data, ended };
    running.add(end);
    void ended.then((code) => {
      running.delete(end);
      if (code !== 0 && code !== null) failures.push(`${role} ${owner} ended with ${code}`);
    });
    return end;
  };
  const kill = async (end: End): Promise<void> => {
    end.child.kill("SIGKILL");
    await end.ended;
  };
  const attached = async (end: End): Promise<End> => {
    while (control.count(end.data.owner, COUNT.attached) === 0 && failures.length === 0) await pause(1);
    return end;
  };

  const startedMs = performance.now();
  try {
    const stay = [await attached(await start("reader", true)), await attached(await start("reader", false))];
    let writer = await start("writer", false);
    const guests = [await start("reader", true), await start("reader", false)];
    let [writersKilled, readersKilled] = [0, 0];
    const passed = (): number => control.count(stay[0]!.data.owner, COUNT.received);
    const reached = async (due: number): Promise<void> => {
      while (passed() < due && failures.length === 0) await pause(1);
    };
    for (let i = 0; i < kills && failures.length === 0; i++) {
      await attached(writer);
      await reached(((i + random(1000) / 1000) * messages) / kills);
      await pause(5 + random(60));
      if (random(2) === 0) {
        await kill(writer);
        writersKilled++;
        writer = await start("writer", false);
      } else {
        const at = random(guests.length);
        await kill(guests[at]!);
        readersKilled++;
        guests[at] = await start("reader", random(2) === 0);
      }
    }
    await attached(writer);
    await reached(messages);
    control.stop(writer.data.owner);
    const all = { ended: false };
    void Promise.all([writer.ended, ...stay.map((end) => end.ended)]).then(() => (all.ended = true));
    while (!all.ended && failures.length === 0) await pause(10);
    if (failures.length > 0) throw new Error(failures.join("; "));

    const sum = (what: number): number => {
      let total = 0;
      for (let owner = 1; owner <= owners; owner++) total += control.count(owner, what);
      return total;
    };
    const lostByWriters = kind === "transport" ? control.count(writer.data.owner, COUNT.lost) : 0;
    return {
      messages: passed(),
      received: sum(COUNT.received),
      lost: sum(COUNT.lost) - lostByWriters,
      torn: sum(COUNT.torn),
      repeated: sum(COUNT.repeated),
      reordered: sum(COUNT.reordered),
      miscounted: sum(COUNT.miscounted),
      lostByReliable: control.count(stay[0]!.data.owner, kind === "transport" ? COUNT.lostOfLiving : COUNT.lost),
      writersKilled,
      readersKilled,
      finished: stay.filter((end) => control.count(end.data.owner, COUNT.finished) === 1).length,
      seconds: Number(((performance.now() - startedMs) / 1000).toFixed(1)),
    };
  } finally {
    await Promise.all(Array.from(running, kill));
    for (const child of idle) void child.then((one) => one.kill("SIGKILL")).catch(() => {});
    await Promise.allSettled(idle);
    rmSync(folder, { recursive: true });
    sweep(busFolder(domain)); // the last to be killed had nobody to notice it
  }
}

const ENTRY = new URL("./process-end.ts", import.meta.url);

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
