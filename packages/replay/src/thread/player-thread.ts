import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { PlayerOptions, Problem } from "@delos/bag";
import { ClosedError, DelosError } from "@delos/core";
import { spawnWorker, type Worker } from "@delos/core/worker";
import type { LogReader } from "sharedarraybuffer-ring";
import type { PlayerAnswer, PlayerCommand, RecordingSummary } from "./protocol.ts";
import { createRecordRing, RecordKind, RecordView, recordReaderOptions } from "./records.ts";
import { type PlayerStatus, SharedStatus, STATUS_BYTES } from "./status.ts";
import { WAKE_WORD_BYTES, WakeWord } from "./wake-word.ts";

/** After so much, timers and sockets of this thread are served before it goes on. */
const PORTION = { messages: 1024, bytes: 64 * 1024 };

export interface ThreadListener {
  /** Receives, in order, everything the player sends. `record` is what it is until the call returns. */
  record(record: Readonly<RecordView>, payload: Uint8Array): void;
  /** What is wrong with the file and was found while reading it. */
  problems(problems: readonly Problem[]): void;
  /** The thread has died, or `record` threw. */
  failed(error: Error): void;
}

export interface PlayerThreadOptions {
  readonly player?: PlayerOptions;
  /** Capacity of the ring between the threads, rounded up to a power of two. Default 8 MiB. */
  readonly ringBytes?: number;
  /** Gets the messages of the rehearsal before `begin`, which are to leave no trace: see warm-up.ts. */
  readonly rehearse?: (record: Readonly<RecordView>) => void;
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
  readonly #wakes: WakeWord;
  readonly #records: LogReader;
  readonly #record: RecordView = new RecordView();
  readonly #rehearse: (record: Readonly<RecordView>) => void;
  readonly #exited: Promise<void>;
  readonly #draining: Promise<void>;
  #listener: ThreadListener | undefined;
  #closed = false;

  /** @throws {DelosError} what opening the files failed with */
  static async open(files: readonly string[], options: PlayerThreadOptions = {}): Promise<PlayerThread> {
    const ring = createRecordRing(options.ringBytes);
    const records = ring.reader(recordReaderOptions);
    const status = new SharedArrayBuffer(STATUS_BYTES);
    const wakes = new SharedArrayBuffer(WAKE_WORD_BYTES);
    // Read by `receiveMessageOnPort` alone, in step with the ring: a listener would get messages in an order of its own.
    const { port1, port2 } = new MessageChannel();
    const worker = spawnWorker(workerEntry(), {
      workerData: { files, options: options.player ?? {}, ring: ring.buffer, status, wakes, port: port2 },
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
      return new PlayerThread(worker, port1, records, wakes, status, exited, recording, options.rehearse);
    } catch (error) {
      port1.close();
      await worker.terminate();
      throw error;
    }
  }

  private constructor(
    worker: Worker,
    port: MessagePort,
    records: LogReader,
    wakes: SharedArrayBuffer,
    status: SharedArrayBuffer,
    exited: Promise<void>,
    recording: RecordingSummary,
    rehearse: (record: Readonly<RecordView>) => void = () => {},
  ) {
    this.#worker = worker;
    this.#port = port;
    this.#records = records;
    this.#wakes = new WakeWord(wakes);
    this.#exited = exited;
    this.recording = recording;
    this.#rehearse = rehearse;
    this.status = new SharedStatus(status);
    worker.on("error", (error) => this.#listener?.failed(error));
    worker.on("message", (answer: PlayerAnswer) => {
      if (answer.is === "failed") this.#listener?.failed(failure(answer));
      if (answer.is === "problems") this.#listener?.problems(answer.problems);
    });
    this.#draining = records
      .listen((bytes, offset, length) => this.#take(bytes, offset, length), PORTION)
      .catch((error: Error) => this.#listener?.failed(error));
  }

  /** Sets the time base and begins to play (or stands paused, if so asked). Once. A file that fails later is told of. */
  begin(listener: ThreadListener): void {
    this.#listener = listener;
    this.send({ do: "begin" });
  }

  /** @throws {ClosedError} */
  send(command: PlayerCommand): void {
    if (this.#closed) throw new ClosedError("the replay");
    this.#port.postMessage(command);
    this.#wakes.wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.send({ do: "close" });
      this.#closed = true;
      this.#records.close();
    }
    await Promise.all([this.#exited, this.#draining]);
    this.#port.close();
    await this.#worker.terminate();
  }

  #take(bytes: Uint8Array, offset: number, length: number): void {
    const record = this.#record;
    record.read(bytes, offset, length);
    if (record.rehearsal) this.#rehearse(record);
    else this.#listener?.record(record, record.kind === RecordKind.large ? this.#takeLarge() : record.payload);
  }

  #takeLarge(): Uint8Array {
    const large = receiveMessageOnPort(this.#port) as { readonly message: Uint8Array } | undefined;
    this.#wakes.tookLarge();
    if (large === undefined) throw new DelosError("PLAYER_FAILED", "a large message did not come");
    return large.message;
  }
}

function failure({ code, message, details }: PlayerAnswer & { readonly is: "failed" }): DelosError {
  return new DelosError(code, message, { details });
}

/** Inside vitest `import.meta.resolve` knows no `imports` of package.json. */
function workerEntry(): string {
  return typeof import.meta.resolve === "function"
    ? import.meta.resolve("#player.worker")
    : new URL("./player.worker.ts", import.meta.url).href;
}
