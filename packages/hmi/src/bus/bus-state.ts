import { signal } from "@preact/signals";
import type { App } from "../app.ts";
import { type BusGraph, BusLink } from "./bus-link.ts";
import { FieldStore } from "./field-store.ts";

export type Tab = "graph" | "topics" | "services" | "parameters";
export const TABS: readonly Tab[] = ["graph", "topics", "services", "parameters"];

/** What is chosen in the graph. */
export interface Chosen {
  readonly kind: "node" | "topic";
  readonly name: string;
}

const EMPTY: BusGraph = { nodes: [], topics: [], links: [], services: [] };

/** Everything the bus view knows; it goes when the view is closed. */
export class BusState implements Disposable {
  readonly app: App;
  readonly link: BusLink;
  readonly tab = signal<Tab>("graph");
  readonly chosen = signal<Chosen | undefined>(undefined);
  readonly filter = signal("");
  readonly hideOwn = signal(true);
  readonly service = signal("");
  readonly fields = new FieldStore();
  /** Changes when a field is added or taken away. */
  readonly plotted = signal(0);

  constructor(app: App) {
    this.app = app;
    this.link = new BusLink(() => new WebSocket(busAddress(document.baseURI)));
    this.link.onSamples = (samples) => this.fields.add(samples);
  }

  get graph(): BusGraph {
    return this.link.graph.value ?? EMPTY;
  }

  togglePlot(topic: string, path: string): void {
    this.fields.toggle({ key: `${topic}#${path}`, topic, path });
    this.plotted.value++;
    this.link.plot(this.fields.fields);
  }

  isPlotted(topic: string, path: string): boolean {
    return this.plotted.value >= 0 && this.fields.has(`${topic}#${path}`);
  }

  [Symbol.dispose](): void {
    this.link[Symbol.dispose]();
  }
}

/** The WebSocket beside the page: same host, same port, path `bus`. */
function busAddress(base: string): string {
  const address = new URL("bus", base);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
