import { signal } from "@preact/signals";
import { backoffMs } from "../connection/backoff.ts";

/* The messages of packages/bridge/src/bus-view/messages.ts, as the page sees them. */

export interface GraphNode {
  readonly name: string;
  readonly participant: string;
  readonly vendor: string;
  readonly place: string;
}
export interface GraphTopic {
  readonly name: string;
  readonly type: string;
  readonly encoding: string;
  readonly publishers: readonly string[];
  readonly subscribers: readonly string[];
  readonly rateHz?: number;
  readonly bytesPerS?: number;
  readonly lost?: number;
}
export interface GraphLink {
  readonly topic: string;
  readonly from: string;
  readonly to: string;
  readonly transport: string;
  readonly mismatches: readonly string[];
}
export interface GraphService {
  readonly name: string;
  readonly type: string;
  readonly servers: readonly string[];
  readonly clients: readonly string[];
}
export interface BusGraph {
  readonly nodes: readonly GraphNode[];
  readonly topics: readonly GraphTopic[];
  readonly links: readonly GraphLink[];
  readonly services: readonly GraphService[];
}
export interface Samples {
  readonly key: string;
  readonly t: readonly number[];
  readonly v: readonly number[];
}
export interface PlottedField {
  readonly key: string;
  readonly topic: string;
  readonly path: string;
}

/** What the server says no to. */
export class BusError extends Error {
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The bus view's own connection, open as long as the view is. It comes back by itself, and what was wanted is wanted again. */
export class BusLink implements Disposable {
  readonly state = signal<"connecting" | "open" | "lost">("connecting");
  readonly graph = signal<BusGraph | undefined>(undefined);
  onSamples: ((samples: readonly Samples[]) => void) | undefined;
  readonly #open: () => WebSocket;
  readonly #waiting: Map<number, Waiting> = new Map();
  #socket: WebSocket | undefined;
  #ids = 0;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #fields: readonly PlottedField[] = [];
  #closed = false;

  constructor(open: () => WebSocket) {
    this.#open = open;
    this.#connect();
  }

  /** @throws {BusError} what the server says, or that there is none */
  ask(what: { readonly do: string; readonly [field: string]: unknown }): Promise<unknown> {
    const socket = this.#socket;
    if (socket === undefined || this.state.value !== "open")
      return Promise.reject(new BusError("PAGE_NOT_CONNECTED", "not connected"));
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, ...what }));
    });
  }

  /** From now on these fields and no others. */
  plot(fields: readonly PlottedField[]): void {
    this.#fields = fields;
    if (this.state.value === "open") void this.ask({ do: "plot", fields }).catch(() => {});
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#drop();
  }

  #connect(): void {
    const socket = this.#open();
    this.#socket = socket;
    socket.onopen = () => {
      this.state.value = "open";
      this.#attempt = 0;
      void this.ask({ do: "watch", graph: true }).catch(() => {});
      if (this.#fields.length > 0) this.plot(this.#fields);
    };
    socket.onmessage = ({ data }) => this.#told(data);
    socket.onclose = () => this.#lost();
  }

  #told(data: unknown): void {
    if (typeof data !== "string") return;
    const told = JSON.parse(data) as {
      readonly id?: number;
      readonly answer?: unknown;
      readonly error?: { readonly code: string; readonly text: string };
      readonly graph?: BusGraph;
      readonly samples?: readonly Samples[];
    };
    if (told.graph !== undefined) this.graph.value = told.graph;
    if (told.samples !== undefined) this.onSamples?.(told.samples);
    if (told.id === undefined) return;
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (told.error === undefined) waiting?.resolve(told.answer);
    else waiting?.reject(new BusError(told.error.code, told.error.text));
  }

  #lost(): void {
    this.#drop();
    if (this.#closed) return;
    this.state.value = "lost";
    this.#retry = setTimeout(() => this.#connect(), backoffMs(this.#attempt++));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const { reject } of this.#waiting.values())
      reject(new BusError("PAGE_NOT_CONNECTED", "the connection was lost"));
    this.#waiting.clear();
  }
}
