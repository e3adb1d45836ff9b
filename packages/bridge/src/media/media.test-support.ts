import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createFile, McapWriter } from "@delos/bag";
import { apollo } from "@delos/msgs";
import { openReplayDeck, type ReplayDeck } from "@delos/replay";
import { open, type Runtime } from "@delos/runtime";
import { WebSocket } from "ws";
import { type Bridge, type BridgeOptions, openBridge } from "../bridge.ts";
import { Frame } from "../protocol.ts";
import type { ListedRecording } from "./messages.ts";

export const START_S = 1_700_000_000;
const { COMPLETE_AUTO_DRIVE, COMPLETE_MANUAL } = apollo.canbus.Chassis.DrivingMode;
export const folder: string = mkdtempSync(join(tmpdir(), "delos-media-"));
const page = join(folder, "page");
export const elsewhere: string = join(folder, "elsewhere");
for (const path of [page, elsewhere, join(folder, "drives")]) mkdirSync(path);
writeFileSync(join(page, "index.html"), "<!doctype html>");
drive(join(folder, "drives", "first.mcap"), { y: 0, seconds: 20 });
drive(join(folder, "drives", "second.mcap"), { y: 2, seconds: 10, startS: START_S + 5000, topic: "/other/pose" });
drive(join(elsewhere, "secret.mcap"), { y: 9, seconds: 1 });
writeFileSync(join(folder, "drives", "letter.bag"), "a letter");
writeFileSync(join(folder, "drives", "notes.txt"), "not for anybody");
symlinkSync(join(elsewhere, "secret.mcap"), join(folder, "drives", "link.mcap"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Ten metres a second to the east, `y` to the north; the car drives itself between a quarter and three quarters. */
export function drive(
  path: string,
  {
    y,
    seconds,
    startS = START_S,
    topic = "/apollo/localization/pose",
  }: { y: number; seconds: number; startS?: number; topic?: string },
): void {
  const Pose = apollo.localization.LocalizationEstimate;
  const Chassis = apollo.canbus.Chassis;
  using writer = new McapWriter(createFile(path), { compression: "none", chunkBytes: 16 * 1024 });
  const channel = (name: string, type: { readonly schema: { name: string; data: Uint8Array } }): number =>
    writer.addChannel({
      topic: name,
      schemaId: writer.addSchema({ name: type.schema.name, encoding: "protobuf", data: type.schema.data }),
      messageEncoding: "protobuf",
    });
  const [poses, chassis] = [channel(topic, Pose), channel("/apollo/canbus/chassis", Chassis)];
  for (let i = 0; i < seconds * 50; i++) {
    const timeS = startS + i / 50;
    const timeNs = BigInt(startS) * 1_000_000_000n + BigInt(i) * 20_000_000n;
    const header = { timestamp_sec: timeS };
    const pose = { position: { x: 500_000 + i / 5, y: 4_000_000 + y, z: 0 }, heading: 0 };
    writer.writeMessage(poses, i, timeNs, timeNs, Pose.encode({ header, pose }));
    const automatic = i > seconds * 12.5 && i < seconds * 37.5;
    const driving_mode = automatic ? COMPLETE_AUTO_DRIVE : COMPLETE_MANUAL;
    writer.writeMessage(chassis, i, timeNs, timeNs, Chassis.encode({ header, speed_mps: 10, driving_mode }));
  }
}

export interface Rig extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly deck: ReplayDeck;
  readonly bridge: Bridge;
}

export async function rig(options: Partial<BridgeOptions> = {}): Promise<Rig> {
  const runtime = await open();
  const deck = await openReplayDeck([join(folder, "drives", "first.mcap")], { runtime, loop: true });
  const bridge = await openBridge({ runtime, deck, port: 0, page, ...options });
  return {
    runtime,
    deck,
    bridge,
    [Symbol.asyncDispose]: async () => {
      await bridge[Symbol.asyncDispose]();
      await deck[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

export type Answer = { readonly answer?: any; readonly error?: { readonly code: string; readonly text: string } };

export class MediaPage implements Disposable {
  readonly socket: WebSocket;
  readonly written: number[] = [];
  readonly errors: string[] = [];
  readonly #waiting = new Map<number, (told: Answer) => void>();
  #ids = 0;

  constructor(bridge: Bridge, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${bridge.url.replace("http", "ws")}media`, { headers });
    this.socket.on("error", () => {});
    this.socket.on("message", (data: Buffer) => {
      const told = JSON.parse(data.toString());
      if (told.written !== undefined) this.written.push(told.written);
      if (told.id === 0) this.errors.push(told.error.code);
      this.#waiting.get(told.id)?.(told);
    });
  }

  async ask(what: object): Promise<Answer> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, "open");
    const id = ++this.#ids;
    return await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, ...what }));
    });
  }

  async list(): Promise<ListedRecording[]> {
    return (await this.ask({ do: "list" })).answer.recordings;
  }

  async named(name: string): Promise<ListedRecording> {
    return (await this.list()).find((each) => each.name === name)!;
  }

  async send(name: string, bytes: Uint8Array, announced = bytes.length): Promise<Answer> {
    const begun = await this.ask({ do: "upload", name, bytes: announced });
    if (begun.error !== undefined) return begun;
    for (let at = 0; at < bytes.length; at += 1_000_000) this.socket.send(bytes.subarray(at, at + 1_000_000));
    return await this.ask({ do: "uploaded" });
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

export class FramePage implements Disposable {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];

  constructor(bridge: Bridge) {
    this.socket = new WebSocket(`${bridge.url.replace("http", "ws")}ws`);
    this.socket.on("message", (data) => void this.frames.push(Frame.decode(data as Buffer)));
  }

  last<K extends keyof Frame>(part: K): Frame[K] {
    return this.frames.findLast((frame) => frame[part] !== undefined)?.[part];
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

export const uploadFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("delos-uploads-"));
