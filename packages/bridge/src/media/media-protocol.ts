import { dirname } from "node:path";
import { DelosError, describeError, type JsonValue, Lifetime } from "@delos/core";
import type { ReplayDeck } from "@delos/replay";
import type { WebSocket } from "ws";
import type { BridgeContext } from "../bridge-context.ts";
import type { Peer } from "../security/peer.ts";
import type { SocketProtocol } from "../socket-protocol.ts";
import { Outbox } from "../viewers/outbox.ts";
import { idOf, Library } from "./library.ts";
import { type Ask, type ListedRecording, readAsked, type Told } from "./messages.ts";
import { type Upload, Uploads } from "./uploads.ts";

const DEFAULT_UPLOAD_BYTES = 4 * 1024 ** 3;
const PART_BYTES = 1024 * 1024;
/** Parts that came and are not written yet: beyond, the socket is not read. */
const MOST_WAITING = 8;
const MAX_MALFORMED = 50;

export interface MediaOptions {
  /** Folders whose recordings pages may open. */
  readonly folders?: readonly string[];
  /** Bytes of all recordings together that pages may send. 0: none are taken. Default 4 GiB. */
  readonly uploadBytes?: number;
}

/** Behind the page's recordings: which there are, opening and sending others, and what is compared with what plays. */
export class MediaProtocol implements SocketProtocol {
  readonly name = "media";
  readonly paths: readonly string[] = ["/media"];
  readonly maxMessageBytes: number = PART_BYTES + 1024;
  readonly maxPeers = 64;
  readonly limits = { perS: 500, atOnce: 500 };
  readonly #context: BridgeContext;
  readonly #deck: ReplayDeck | undefined;
  readonly #library: Library;
  readonly #uploads: Uploads;
  readonly #sessions: Set<Session> = new Set();
  readonly #lifetime: Lifetime = new Lifetime();

  constructor(context: BridgeContext, deck: ReplayDeck | undefined, options: MediaOptions = {}) {
    this.#context = context;
    this.#deck = deck;
    this.#uploads = this.#lifetime.own(new Uploads(options.uploadBytes ?? DEFAULT_UPLOAD_BYTES));
    const played = context.replay?.recording.files ?? [];
    const folders = [...played.map((file) => dirname(file)), ...(options.folders ?? [])];
    this.#library = new Library(folders, () => [...this.#uploads.files, ...(context.replay?.recording.files ?? [])]);
  }

  accept(socket: WebSocket, peer: Peer): void {
    const session = new Session(socket, peer, this);
    this.#sessions.add(session);
    socket.on("close", () => {
      this.#sessions.delete(session);
      void session[Symbol.asyncDispose]();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session[Symbol.asyncDispose]()));
    await this.#lifetime[Symbol.asyncDispose]();
  }

  async list(peer: Peer): Promise<JsonValue> {
    const files = this.#library.list();
    const summaries = await this.#context.runs.summaries(files.map(({ path }) => path));
    const recordings = files.map(({ id, name, folder, bytes, modifiedMs, path }, i): ListedRecording => {
      const playing = this.#plays(path);
      return { id, name, folder, bytes, modifiedMs, ...summaries[i]!, playing };
    });
    const canOpen = this.#deck !== undefined && peer.may("operate");
    return { recordings, canOpen, uploadBytes: canOpen ? this.#uploads.maxBytes : 0 } as unknown as JsonValue;
  }

  async open(peer: Peer, id: string): Promise<JsonValue> {
    const deck = this.#openable();
    return await peer.perform("operate", "open recording", { recording: id }, async () => {
      const { path, name } = this.#library.find(id);
      await deck.exchange([path]);
      return { name };
    });
  }

  async trace(id: string | undefined): Promise<JsonValue> {
    const files = id === undefined ? this.#context.replay?.recording.files : [this.#library.find(id).path];
    if (files === undefined) throw new DelosError("BRIDGE_NO_SUCH", "this is the live bus: no recording plays");
    const { trace } = await this.#context.runs.of(files);
    return trace as unknown as JsonValue;
  }

  beginUpload(peer: Peer, name: string, bytes: number): Promise<Upload> {
    this.#openable();
    return peer.perform("operate", "upload recording", { name, bytes }, () =>
      this.#uploads.begin(name, bytes, (path) => this.#plays(path)),
    );
  }

  /** Plays a recording that has come whole; what cannot be played does not stay. */
  async openUploaded(peer: Peer, upload: Upload): Promise<JsonValue> {
    const deck = this.#openable();
    await upload.finish();
    return await peer.perform("operate", "open recording", { file: upload.path }, async () => {
      try {
        await deck.exchange([upload.path]);
        return { recording: idOf(upload.path) };
      } catch (error) {
        this.#uploads.drop(upload.path);
        throw error;
      }
    });
  }

  #plays(path: string): boolean {
    return this.#context.replay?.recording.files.includes(path) === true;
  }

  /** @throws {DelosError} `BRIDGE_NO_SUCH` */
  #openable(): ReplayDeck {
    if (this.#deck !== undefined) return this.#deck;
    throw new DelosError("BRIDGE_NO_SUCH", "no recording can be put in the place of what is shown here");
  }
}

/** One page. */
class Session implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #peer: Peer;
  readonly #media: MediaProtocol;
  readonly #outbox: Outbox;
  #upload: Upload | undefined;
  #beginning = false;
  #closed = false;
  #waiting = 0;
  #malformed = 0;

  constructor(socket: WebSocket, peer: Peer, media: MediaProtocol) {
    this.#socket = socket;
    this.#peer = peer;
    this.#media = media;
    this.#outbox = new Outbox(socket);
    socket.on("message", (data, isBinary) => void this.#received(data as Buffer, isBinary));
  }

  /** What was on its way goes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const upload = this.#upload;
    this.#upload = undefined;
    await upload?.[Symbol.asyncDispose]();
  }

  async #received(data: Buffer, isBinary: boolean): Promise<void> {
    if (!this.#peer.spend()) return this.#socket.close(1008, "too many messages a second");
    if (isBinary) return await this.#part(data);
    let id = 0;
    try {
      const asked = readAsked(data.toString("utf8"));
      id = asked.id;
      this.#tell({ id, answer: await this.#answer(asked.ask) });
    } catch (error) {
      const code = error instanceof DelosError ? error.code : "BRIDGE_COMMAND_FAILED";
      const named = error instanceof DelosError ? error.details["id"] : undefined;
      this.#tell({ id: id || (typeof named === "number" ? named : 0), error: { code, text: messageOf(error) } });
      if (code === "BRIDGE_MALFORMED" && ++this.#malformed >= MAX_MALFORMED)
        this.#socket.close(1008, "too many messages that are none of the protocol");
    }
  }

  async #answer(ask: Ask): Promise<JsonValue> {
    switch (ask.do) {
      case "list":
        return await this.#media.list(this.#peer);
      case "open":
        return await this.#media.open(this.#peer, ask.recording);
      case "trace":
        return await this.#media.trace(ask.recording);
      case "upload":
        return await this.#begin(ask.name, ask.bytes);
      case "uploaded": {
        const upload = this.#upload;
        this.#upload = undefined;
        if (upload === undefined) throw new DelosError("BRIDGE_UPLOAD", "nothing is being sent");
        return await this.#media.openUploaded(this.#peer, upload);
      }
      case "cancel": {
        const upload = this.#upload;
        this.#upload = undefined;
        await upload?.[Symbol.asyncDispose]();
        return null;
      }
    }
  }

  async #begin(name: string, bytes: number): Promise<JsonValue> {
    if (this.#upload !== undefined || this.#beginning)
      throw new DelosError("BRIDGE_BUSY", "this page is sending a recording already");
    this.#beginning = true;
    try {
      const upload = await this.#media.beginUpload(this.#peer, name, bytes);
      if (this.#closed) await upload[Symbol.asyncDispose]();
      else this.#upload = upload;
      return { partBytes: PART_BYTES };
    } finally {
      this.#beginning = false;
    }
  }

  async #part(data: Buffer): Promise<void> {
    const upload = this.#upload;
    if (upload === undefined) return; // of a file that was given up
    if (++this.#waiting >= MOST_WAITING) this.#socket.pause();
    try {
      const written = await upload.write(data);
      this.#tell({ written });
    } catch (error) {
      if (this.#upload === upload) this.#upload = undefined;
      await upload[Symbol.asyncDispose]();
      this.#tell({ id: 0, error: { code: "BRIDGE_UPLOAD", text: messageOf(error) } });
    } finally {
      if (--this.#waiting < MOST_WAITING) this.#socket.resume();
    }
  }

  #tell(message: Told): void {
    this.#outbox.control(JSON.stringify(message));
  }
}

/** Without the code: that stands beside it. */
const messageOf = (error: unknown): string => (error instanceof DelosError ? error.message : describeError(error));
