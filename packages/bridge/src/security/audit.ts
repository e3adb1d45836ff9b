import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Clock, DelosError } from "@delos/core";
import { delos } from "@delos/msgs";
import { type Topic, topic } from "@delos/runtime";
import { Allowance } from "./allowance.ts";

/** Every command of the page and the viewers, and every login. Who comes late gets the last hundred. */
export const auditTopic: Topic<delos.Audit> = topic("/delos/audit", delos.Audit, {
  durability: "transient_local",
  depth: 100,
});

export interface AuditEntry {
  readonly action: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly outcome: "done" | "refused" | "failed";
  readonly code?: string;
  readonly text?: string;
  readonly role?: string;
  readonly means?: string;
  readonly address?: string | undefined;
  readonly protocol?: string;
  readonly connection?: number;
}

const { Outcome } = delos.Audit;
const OUTCOMES = { done: Outcome.DONE, refused: Outcome.REFUSED, failed: Outcome.FAILED } as const;
/** Refusals cost whoever sends them nothing: they must not fill the disk. */
const REFUSALS_PER_S = 5;
const REFUSALS_AT_ONCE = 50;
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_TEXT = 500;

/**
 * The audit log: JSON lines in a file that only its owner reads, and messages on the bus. What is done is always written;
 * refusals beyond five a second are counted. The file is begun anew at 16 MiB, and one older one is kept.
 */
export class AuditLog implements Disposable {
  readonly #clock: Clock;
  readonly #publish: (entry: delos.Audit) => void;
  readonly #refusals: Allowance;
  readonly #path: string | undefined;
  #file: number | undefined;
  #bytes = 0;
  #number = 0;
  #leftOut = 0;

  /** @throws {DelosError} `BRIDGE_AUDIT` when the file cannot be written: commands that nobody can account for are not taken */
  constructor(clock: Clock, publish: (entry: delos.Audit) => void, path?: string) {
    this.#clock = clock;
    this.#publish = publish;
    this.#refusals = new Allowance(clock, REFUSALS_PER_S, REFUSALS_AT_ONCE);
    this.#path = path;
    if (path !== undefined) this.#open(path);
  }

  write(entry: AuditEntry): void {
    if (entry.outcome === "refused" && !this.#refusals.take()) {
      this.#leftOut++;
      return;
    }
    const { action, details, outcome, code = "", text = "", role = "", means = "", address = "" } = entry;
    const message: delos.Audit = {
      stamp_ns: this.#clock.nowNs(),
      number: BigInt(++this.#number),
      action,
      details: details === undefined ? "" : JSON.stringify(details),
      outcome: OUTCOMES[outcome],
      code,
      text: text.slice(0, MAX_TEXT),
      role,
      means,
      address,
      protocol: entry.protocol ?? "",
      connection: entry.connection ?? 0,
      left_out: BigInt(this.#leftOut),
    };
    this.#leftOut = 0;
    if (this.#file !== undefined) this.#append(message, entry);
    this.#publish(message);
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(message: delos.Audit, { details, outcome }: AuditEntry): void {
    const { stamp_ns, number, left_out, ...rest } = message;
    const said = Object.entries(rest).filter(([, value]) => value !== "" && value !== 0);
    const line = JSON.stringify({
      time: new Date(Number(stamp_ns! / 1_000_000n)).toISOString(),
      number: Number(number),
      ...Object.fromEntries(said),
      outcome,
      ...(details === undefined ? {} : { details }),
      ...(left_out === 0n ? {} : { left_out: Number(left_out) }),
    });
    const bytes = Buffer.from(`${line}\n`);
    if (this.#bytes + bytes.length > MAX_FILE_BYTES) this.#beginAnew();
    try {
      this.#bytes += writeSync(this.#file!, bytes);
    } catch (error) {
      throw unwritable(this.#path!, error);
    }
  }

  #open(path: string): void {
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#file = openSync(path, "a", 0o600);
      this.#bytes = fstatSync(this.#file).size;
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  #beginAnew(): void {
    closeSync(this.#file!);
    this.#file = undefined;
    renameSync(this.#path!, `${this.#path!}.1`);
    this.#open(this.#path!);
  }
}

function unwritable(path: string, cause: unknown): DelosError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DelosError("BRIDGE_AUDIT", `the audit log ${path} cannot be written: ${message}`, { cause });
}
