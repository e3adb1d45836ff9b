/* The messages of packages/bridge/src/media/messages.ts, as the page sees them. */

export interface ListedRecording {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly format: string;
  readonly durationS: number;
  readonly startS: number;
  readonly messages: number;
  readonly complete: boolean;
  readonly error: string;
  readonly playing: boolean;
}

export interface RecordingList {
  readonly recordings: readonly ListedRecording[];
  readonly canOpen: boolean;
  readonly uploadBytes: number;
}

/** What the server says no to. */
export class MediaError extends Error {
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** Bytes on their way that the server has not written yet. */
const MOST_AHEAD = 4;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The connection for recordings: made for the first question, and again for the next one after it was lost. */
export class MediaLink {
  readonly #open: () => WebSocket;
  readonly #waiting: Map<number, Waiting> = new Map();
  #socket: WebSocket | undefined;
  #opened: Promise<WebSocket> | undefined;
  #onWritten: ((bytes: number) => void) | undefined;
  #onRefused: ((error: Error) => void) | undefined;
  #ids = 0;

  constructor(open: () => WebSocket) {
    this.#open = open;
  }

  /** @throws {MediaError} what the server says, or that there is none */
  async ask<T>(what: { readonly do: string; readonly [field: string]: unknown }): Promise<T> {
    const socket = await this.#connected();
    const id = ++this.#ids;
    return await new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      socket.send(JSON.stringify({ id, ...what }));
    });
  }

  /** Sends a file in parts, as fast as the server writes it, and has it played. @throws {MediaError} */
  async upload(file: File, onProgress: (part: number) => void, signal: AbortSignal): Promise<void> {
    const { partBytes } = await this.ask<{ readonly partBytes: number }>({
      do: "upload",
      name: file.name,
      bytes: file.size,
    });
    const socket = await this.#connected();
    let written = 0;
    let wake: (() => void) | undefined;
    let refused: Error | undefined;
    this.#onWritten = (bytes) => {
      written = bytes;
      onProgress(bytes / file.size);
      wake?.();
    };
    this.#onRefused = (error) => {
      refused = error;
      wake?.();
    };
    signal.addEventListener("abort", () => wake?.(), { once: true });
    const mustWait = (at: number): boolean =>
      at - written >= MOST_AHEAD * partBytes && refused === undefined && !signal.aborted;
    try {
      for (let at = 0; at < file.size; at += partBytes) {
        const bytes = await file.slice(at, at + partBytes).arrayBuffer();
        while (mustWait(at)) await new Promise<void>((resolve) => (wake = resolve));
        if (refused !== undefined) throw refused;
        if (signal.aborted) {
          await this.ask({ do: "cancel" });
          throw new MediaError("PAGE_CANCELLED", "cancelled");
        }
        socket.send(bytes);
      }
      await this.ask({ do: "uploaded" });
    } finally {
      this.#onWritten = this.#onRefused = undefined;
    }
  }

  #connected(): Promise<WebSocket> {
    this.#opened ??= new Promise((resolve, reject) => {
      const socket = this.#open();
      this.#socket = socket;
      socket.onopen = () => resolve(socket);
      socket.onmessage = ({ data }) => this.#told(String(data));
      socket.onclose = () => {
        const error = new MediaError("PAGE_NOT_CONNECTED", "the connection was lost");
        reject(error);
        this.#lost(socket, error);
      };
    });
    return this.#opened;
  }

  #told(text: string): void {
    const told = JSON.parse(text) as {
      readonly id?: number;
      readonly answer?: unknown;
      readonly written?: number;
      readonly error?: { readonly code: string; readonly text: string };
    };
    if (told.written !== undefined) this.#onWritten?.(told.written);
    if (told.id === undefined) return;
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (told.error === undefined) return waiting?.resolve(told.answer);
    const error = new MediaError(told.error.code, told.error.text);
    if (waiting === undefined) this.#onRefused?.(error);
    else waiting.reject(error);
  }

  #lost(socket: WebSocket, error: Error): void {
    if (this.#socket !== socket) return;
    this.#socket = this.#opened = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#onRefused?.(error);
  }
}
