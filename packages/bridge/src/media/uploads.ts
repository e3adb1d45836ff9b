import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DelosError, describeError } from "@delos/core";

const AT_ONCE = 2;

/** Recordings that pages have sent, in a folder of their own that only this user reads and that ends with the server. */
export class Uploads implements AsyncDisposable {
  /** Of all files together. */
  readonly maxBytes: number;
  readonly #open: Set<Upload> = new Set();
  readonly #kept: Map<string, number> = new Map();
  #folder: string | undefined;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Whole ones, newest first. */
  get files(): readonly string[] {
    return [...this.#kept.keys()].reverse();
  }

  /** @throws {DelosError} `BRIDGE_UPLOAD_SIZE`, `BRIDGE_BUSY`, `BRIDGE_UPLOAD` */
  async begin(name: string, bytes: number, isPlaying: (path: string) => boolean): Promise<Upload> {
    if (!Number.isSafeInteger(bytes) || bytes < 1)
      throw new DelosError("BRIDGE_UPLOAD", "an empty file is no recording");
    if (bytes > this.maxBytes)
      throw new DelosError("BRIDGE_UPLOAD_SIZE", `${bytes} bytes: at most ${this.maxBytes} are taken`);
    if (this.#open.size >= AT_ONCE) throw new DelosError("BRIDGE_BUSY", "others are sending recordings: try again");
    this.#makeRoom(bytes, isPlaying);
    this.#folder ??= mkdtempSync(join(tmpdir(), "delos-uploads-"));
    const path = join(mkdtempSync(join(this.#folder, "upload-")), safeName(name));
    const upload = new Upload(path, bytes, await open(path, "wx", 0o600), (whole) => {
      this.#open.delete(upload);
      if (whole) this.#kept.set(path, bytes);
      else rmSync(join(path, ".."), { recursive: true, force: true });
    });
    this.#open.add(upload);
    return upload;
  }

  /** A file that turned out to be no recording. */
  drop(path: string): void {
    if (this.#kept.delete(path)) rmSync(join(path, ".."), { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const upload of this.#open) await upload[Symbol.asyncDispose]();
    this.#kept.clear();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  /** The oldest go, but what plays. */
  #makeRoom(bytes: number, isPlaying: (path: string) => boolean): void {
    const coming = [...this.#open].reduce((sum, upload) => sum + upload.bytes, bytes);
    const used = (): number => [...this.#kept.values()].reduce((sum, each) => sum + each, coming);
    for (const path of this.#kept.keys()) if (used() > this.maxBytes && !isPlaying(path)) this.drop(path);
    if (used() > this.maxBytes)
      throw new DelosError("BRIDGE_UPLOAD_SIZE", `there is no room for ${bytes} bytes beside what plays`);
  }
}

/** One file on its way. */
export class Upload implements AsyncDisposable {
  readonly path: string;
  readonly bytes: number;
  readonly #file: FileHandle;
  readonly #ended: (whole: boolean) => void;
  #written = 0;
  #promised = 0;
  #last: Promise<void> = Promise.resolve();
  #isOpen = true;

  constructor(path: string, bytes: number, file: FileHandle, ended: (whole: boolean) => void) {
    this.path = path;
    this.bytes = bytes;
    this.#file = file;
    this.#ended = ended;
  }

  /** The next part; resolves when it is in the file, to how much is there. @throws {DelosError} `BRIDGE_UPLOAD` */
  write(part: Uint8Array): Promise<number> {
    this.#promised += part.length;
    if (this.#promised > this.bytes)
      return Promise.reject(
        new DelosError("BRIDGE_UPLOAD", `more than the ${this.bytes} bytes that were announced came`),
      );
    const written = this.#last.then(async () => {
      await this.#file.writeFile(part);
      this.#written += part.length;
    });
    this.#last = written.catch(() => {});
    return written.then(
      () => this.#written,
      (error: unknown) => {
        throw new DelosError("BRIDGE_UPLOAD", `the file cannot be written: ${describeError(error)}`, { cause: error });
      },
    );
  }

  /** @throws {DelosError} `BRIDGE_UPLOAD` when parts are missing */
  async finish(): Promise<void> {
    await this.#last;
    const whole = this.#written === this.bytes;
    await this.#end(whole);
    if (!whole) throw new DelosError("BRIDGE_UPLOAD", `${this.#written} of ${this.bytes} bytes came`);
  }

  /** Given up: nothing of it stays. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#end(false);
  }

  async #end(whole: boolean): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#last;
    await this.#file.close();
    this.#ended(whole);
  }
}

/** The name as people know it, and never more than a name. */
function safeName(name: string): string {
  const plain = basename(name.replaceAll("\\", "/"))
    .replace(/[^\p{L}\p{N}._ -]/gu, "_")
    .replace(/^\.+/, "_");
  return plain === "" ? "recording" : Buffer.from(plain).subarray(-120).toString("utf8").replaceAll("\ufffd", "_");
}
