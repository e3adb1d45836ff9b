import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { PlayerOptions, Problem } from "@delos/bag";
import { ClosedError, DelosError } from "@delos/core";
import { spawnWorker, type Worker } from "@delos/core/worker";
import type { PlayerAnswer, PlayerCommand, RecordingSummary } from "./protocol.ts";
import { createRingMemory, RecordKind, RingConsumer, type RingRecord } from "./ring.ts";
import { type PlayerStatus, SharedStatus, STATUS_BYTES } from "./status.ts";

export interface ThreadListener {
  /** Receives, in order, everything the player sends. */
  record(record: RingRecord, payload: Uint8Array): void;
  /** What is wrong with the file and was found while reading it. */
  problems(problems: readonly Problem[]): void;
  /** The thread has died, or `record` threw. */
  failed(error: Error): void;
}

export interface PlayerThreadOptions {
  readonly player?: PlayerOptions;
  /** Capacity of the ring between the threads, a power of two. Default 8 MiB. */
  readonly ringBytes?: number;
}

/**
 * The player in a thread of its own, seen from the thread of the runtime. Whatever this thread does, the other one keeps
 * its times; what it sends meanwhile waits in the ring, and when that is full the player waits (and counts as late).
 */
export class PlayerThread implements AsyncDisposable {
  readonly recording: RecordingSummary;
  readonly status: PlayerStatus;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #ring: RingConsumer;
  readonly #exited: Promise<void>;
  #listener: ThreadListener | undefined;
  #draining: Promise<void> | undefined;
  #closed = false;

  /** @throws {DelosError} what opening the files failed with */
  static async open(files: readonly string[], options: PlayerThreadOptions = {}): Promise<PlayerThread> {
    const ring = createRingMemory(options.ringBytes);
    const status = new SharedArrayBuffer(STATUS_BYTES);
    // Read by `receiveMessageOnPort` alone, in step with the ring: a listener would get messages in an order of its own.
    const { port1, port2 } = new MessageChannel();
    const worker = spawnWorker(workerEntry(), {
      workerData: { files, options: options.player ?? {}, ring, status, port: port2 },
      transferList: [port2],
    });
    const exited = new Promise<void>((resolve) => void worker.once("exit", () => resolve()));
    try {
      const recording = await new Promise<RecordingSummary>((resolve, reject) => {
        worker.once("error", reject);
        worker.once("message", (answer: PlayerAnswer) => {
          if (answer.is === "open") resolve(answer.recording);
          else if (answer.is === "failed") reject(failure(answer));
        });
        void exited.then(() =>
          reject(new DelosError("PLAYER_FAILED", "the player's thread ended before it had opened the recording")),
        );
      });
      worker.removeAllListeners("error");
      return new PlayerThread(worker, port1, new RingConsumer(ring), status, exited, recording);
    } catch (error) {
      port1.close();
      await worker.terminate();
      throw error;
    }
  }

  private constructor(
    worker: Worker,
    port: MessagePort,
    ring: RingConsumer,
    status: SharedArrayBuffer,
    exited: Promise<void>,
    recording: RecordingSummary,
  ) {
    this.#worker = worker;
    this.#port = port;
    this.#ring = ring;
    this.#exited = exited;
    this.recording = recording;
    this.status = new SharedStatus(status);
    worker.on("error", (error) => this.#listener?.failed(error));
    worker.on("message", (answer: PlayerAnswer) => {
      if (answer.is === "failed") this.#listener?.failed(failure(answer));
      if (answer.is === "problems") this.#listener?.problems(answer.problems);
    });
  }

  /** Sets the time base and begins to play (or stands paused, if so asked). Once. A file that fails later is told of. */
  begin(listener: ThreadListener): void {
    this.#listener = listener;
    this.#draining ??= this.#drain(listener).catch((error: Error) => listener.failed(error));
    this.send({ do: "begin" });
  }

  /** @throws {ClosedError} */
  send(command: PlayerCommand): void {
    if (this.#closed) throw new ClosedError("the replay");
    this.#port.postMessage(command);
    this.#ring.wakeProducer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.send({ do: "close" });
      this.#closed = true;
      this.#ring.cancelWait();
    }
    await Promise.all([this.#exited, this.#draining]);
    this.#port.close();
    await this.#worker.terminate();
  }

  async #drain(listener: ThreadListener): Promise<void> {
    const deliver = (record: RingRecord): void => {
      if (this.#closed) return;
      listener.record(record, record.kind === RecordKind.large ? this.#takeLarge() : record.payload);
    };
    while (!this.#closed) {
      // A span of 64 KiB a turn: timers and sockets of this thread are served between.
      if (this.#ring.take(deliver) > 0) await nextTurn();
      else await this.#ring.wait();
    }
  }

  #takeLarge(): Uint8Array {
    const large = receiveMessageOnPort(this.#port) as { readonly message: Uint8Array } | undefined;
    this.#ring.tookLarge();
    if (large === undefined) throw new DelosError("PLAYER_FAILED", "a large message did not come");
    return large.message;
  }
}

function failure({ code, message, details }: PlayerAnswer & { readonly is: "failed" }): DelosError {
  return new DelosError(code, message, { details });
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Inside vitest `import.meta.resolve` knows no `imports` of package.json. */
function workerEntry(): string {
  return typeof import.meta.resolve === "function"
    ? import.meta.resolve("#player.worker")
    : new URL("./player.worker.ts", import.meta.url).href;
}
