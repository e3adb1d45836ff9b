import type { MessagePort } from "node:worker_threads";
import type { Channel, PlayerOptions, Problem, RecordingFormat } from "@delos/bag";

/** What the player's thread is started with. */
export interface PlayerThreadData {
  readonly files: readonly string[];
  readonly options: PlayerOptions;
  /** A LogRing of records: see records.ts. */
  readonly ring: ArrayBufferLike;
  readonly status: SharedArrayBuffer;
  readonly wakes: SharedArrayBuffer;
  /** Commands come, messages too long for the ring go. Answers go to the parent's port. */
  readonly port: MessagePort;
}

export type PlayerCommand =
  | { readonly do: "begin" | "play" | "pause" | "restart" | "close" }
  | { readonly do: "step"; readonly count: number }
  | { readonly do: "seek"; readonly timeNs: bigint }
  | { readonly do: "rate"; readonly rate: number }
  | { readonly do: "loop"; readonly loop: boolean }
  | { readonly do: "loopRange"; readonly range: { readonly fromNs: bigint; readonly toNs: bigint } | undefined };

/** A recording as the thread found it. */
export interface RecordingSummary {
  readonly files: readonly string[];
  readonly format: RecordingFormat | "merged";
  readonly complete: boolean;
  readonly size: number;
  readonly channels: readonly Channel[];
  readonly messageCount: number;
  readonly problems: readonly Problem[];
  /** Bounds of what is played. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Topics that are played; undefined: all. */
  readonly topics: readonly string[] | undefined;
  /** Topics that were asked for and are not there. */
  readonly missingTopics: readonly string[];
}

export type PlayerAnswer =
  | { readonly is: "open"; readonly recording: RecordingSummary }
  /** Found while reading. */
  | { readonly is: "problems"; readonly problems: readonly Problem[] }
  | {
      readonly is: "failed";
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

export const JUMP_REASONS = ["loop", "seek", "restart", "step"] as const;
