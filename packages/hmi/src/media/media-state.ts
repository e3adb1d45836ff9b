import { computed, type Signal, signal } from "@preact/signals";
import type { App } from "../app.ts";
import { NoticeLevel } from "../protocol/bridge.ts";
import type { Ghost } from "../scene/view.ts";
import { type Align, poseAt, shiftS, type Trace } from "./difference.ts";
import { type ListedRecording, MediaError, MediaLink, type RecordingList } from "./media-link.ts";

/** Blue, vermilion and purple of Okabe and Ito: told apart by everybody. */
export const RUN_COLOURS: readonly string[] = ["#e69f00", "#cc79a7", "#56b4e9", "#009e73"];

/** A recording laid over the one that plays. */
export interface ComparedRun {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly trace: Trace;
}

/** The recordings of the server, one on its way there, and those that are compared with what plays. */
export class MediaState {
  readonly shown = signal(false);
  readonly list: Signal<RecordingList | undefined> = signal(undefined);
  /** A file on its way, with the part of it that has arrived; or one that is being opened. */
  readonly busy: Signal<{ readonly name: string; readonly part: number | undefined } | undefined> = signal(undefined);
  readonly error = signal("");
  readonly own: Signal<Trace | undefined> = signal(undefined);
  readonly runs: Signal<readonly ComparedRun[]> = signal([]);
  readonly align: Signal<Align> = signal("start");
  readonly offsetS = signal(0);
  readonly comparing = computed(() => this.runs.value.length > 0 && this.own.value !== undefined);
  readonly #app: App;
  readonly #link: MediaLink;
  #upload: AbortController | undefined;

  constructor(app: App) {
    this.#app = app;
    this.#link = new MediaLink(() => {
      const address = new URL("media", document.baseURI);
      address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
      return new WebSocket(address);
    });
    app.state.hello.subscribe(() => {
      if (this.runs.peek().length > 0) void this.#try("compare", () => this.#readOwn());
      if (this.shown.peek()) void this.refresh();
    });
  }

  get canOpen(): boolean {
    return this.#app.state.hello.value?.can_open === true;
  }

  /** False: they are not shown. */
  close(): boolean {
    const shown = this.shown.peek();
    this.shown.value = false;
    return shown;
  }

  async refresh(): Promise<void> {
    await this.#try("recordings", async () => {
      this.list.value = await this.#link.ask<RecordingList>({ do: "list" });
    });
  }

  async open({ id, name }: ListedRecording): Promise<void> {
    this.error.value = "";
    this.busy.value = { name, part: undefined };
    await this.#try("recordings", () => this.#link.ask({ do: "open", recording: id }));
    this.busy.value = undefined;
  }

  async send(file: File): Promise<void> {
    if (this.busy.peek() !== undefined) return;
    this.#upload = new AbortController();
    this.error.value = "";
    this.busy.value = { name: file.name, part: 0 };
    const progress = (part: number): void => {
      this.busy.value = { name: file.name, part: part < 1 ? part : undefined };
    };
    await this.#try("recordings", () => this.#link.upload(file, progress, this.#upload!.signal));
    this.busy.value = undefined;
    if (this.shown.peek()) void this.refresh();
  }

  cancel(): void {
    this.#upload?.abort();
  }

  async toggleCompare({ id, name }: ListedRecording): Promise<void> {
    if (this.runs.peek().some((run) => run.id === id)) {
      this.runs.value = this.runs.peek().filter((run) => run.id !== id);
      return;
    }
    const free = RUN_COLOURS.find((colour) => this.runs.peek().every((run) => run.colour !== colour));
    if (free === undefined) return;
    this.error.value = "";
    await this.#try("compare", async () => {
      const trace = await this.#link.ask<Trace>({ do: "trace", recording: id });
      if (this.own.peek() === undefined) await this.#readOwn();
      this.runs.value = [...this.runs.peek(), { id, name, colour: free, trace }];
    });
  }

  compareNoMore(): void {
    this.runs.value = [];
    this.own.value = undefined;
  }

  /** The other cars at a moment of what plays. */
  ghosts(timeS: number): readonly Ghost[] {
    const own = this.own.peek();
    const runs = this.runs.peek();
    if (own === undefined || runs.length === 0) return NO_GHOSTS;
    return runs.map(({ colour, trace }) => {
      const shift = shiftS(own, trace, this.align.peek(), this.offsetS.peek());
      return { colour, x: trace.x, y: trace.y, pose: poseAt(trace, timeS + shift) };
    });
  }

  async #readOwn(): Promise<void> {
    this.own.value = await this.#link.ask<Trace>({ do: "trace" });
  }

  /** What goes wrong stands in the console with its code, and where the recordings are. */
  async #try(source: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const text = error instanceof MediaError ? `${error.code}: ${error.message}` : String(error);
      this.error.value = text;
      this.#app.state.note(NoticeLevel.error, source, text);
    }
  }
}

const NO_GHOSTS: readonly Ghost[] = [];
