import { type Command, Command as CommandMessage, Frame } from "../protocol/bridge.ts";
import { backoffMs } from "./backoff.ts";

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  /** The server is gone; the next attempt begins at `retryAtMs`. */
  | { readonly kind: "lost"; readonly retryAtMs: number };

/** The part of WebSocket that is used; tests bring their own. */
export interface Socket {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly open: () => Socket;
  readonly now: () => number;
  readonly onFrame: (frame: Frame) => void;
  readonly onState: (state: ConnectionState) => void;
  /** A frame could not be read: the connection is given up, since what follows cannot be trusted. */
  readonly onMalformed: (error: Error) => void;
}

/** The server speaks at least once a second; after this much silence the connection counts as dead. */
const SILENCE_MS = 6000;

/** One WebSocket to the bridge that comes back by itself for as long as the page is open. */
export class Connection implements Disposable {
  readonly #options: ConnectionOptions;
  #socket: Socket | undefined;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #open = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#connect();
  }

  /** False when there is no connection: the command is not kept for later. */
  send(command: Command): boolean {
    if (!this.#open || this.#socket === undefined) return false;
    this.#socket.send(CommandMessage.encode(command));
    return true;
  }

  /** Tries at once instead of waiting on: the network came back, or a person asked. */
  retryNow(): void {
    if (this.#retry === undefined || this.#closed) return;
    clearTimeout(this.#retry);
    this.#connect();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#drop();
  }

  #connect(): void {
    this.#retry = undefined;
    this.#options.onState({ kind: "connecting" });
    let socket: Socket;
    try {
      socket = this.#options.open();
    } catch {
      this.#lost();
      return;
    }
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      this.#open = true;
      this.#listen();
      this.#options.onState({ kind: "open" });
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (!(data instanceof ArrayBuffer)) return;
      this.#listen();
      let frame: Frame;
      try {
        frame = Frame.decode(new Uint8Array(data));
      } catch (error) {
        this.#options.onMalformed(error as Error);
        this.#lost();
        return;
      }
      this.#attempt = 0;
      this.#options.onFrame(frame);
    };
    socket.onclose = () => this.#lost();
    socket.onerror = () => {}; // a close follows
    this.#listen();
  }

  #listen(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  #lost(): void {
    this.#drop();
    if (this.#closed) return;
    const waitMs = backoffMs(this.#attempt++);
    this.#retry = setTimeout(() => this.#connect(), waitMs);
    this.#options.onState({ kind: "lost", retryAtMs: this.#options.now() + waitMs });
  }

  #drop(): void {
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }
}
