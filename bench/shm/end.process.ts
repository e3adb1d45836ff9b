/** One end of a cell, in a process of its own: the rings and the counts are mapped files. */
import { once } from "node:events";
import process from "node:process";
import { attachMapped, type RingingMeans, ringingMeans } from "@delos/transport-shm/mapped";
import { type EndData, type Link, runEnd } from "./end.ts";

export interface ProcessEndData extends Omit<EndData, "cell" | "ports"> {
  readonly cell: Omit<EndData["cell"], "rings" | "counts"> & {
    readonly rings: readonly string[];
    readonly counts: string;
  };
  /** Folder of the cell, and our number in it. */
  readonly folder: string;
  readonly owner: number;
}

const [data] = (await once(process, "message")) as [ProcessEndData];
const means: RingingMeans = await ringingMeans(data.owner, (owner) => `${data.folder}/bell-${owner}`);
const cell = {
  ...data.cell,
  rings: await Promise.all(data.cell.rings.map((file) => attachMapped(file, means))),
  counts: (await attachMapped(data.cell.counts)).buffer,
};
let sending = Promise.resolve();
let cpu: NodeJS.CpuUsage | undefined;
const link: Link = {
  post(message) {
    // What it has used since it was ready: not what it takes to start a process.
    const used = process.cpuUsage(cpu);
    cpu ??= process.cpuUsage();
    const full = typeof message === "object" ? { ...message, cpu_us: used.user + used.system } : message;
    // Written at once: who reads a ring gives its event loop no more turns.
    const sent = new Promise<void>((resolve) => void process.send!(full as object, undefined, {}, () => resolve()));
    sending = sending.then(() => sent);
  },
  next: () => once(process, "message"),
  leave: () => void sending.then(() => process.exit(0)),
};
await runEnd({ ...data, ports: [], cell }, link);
