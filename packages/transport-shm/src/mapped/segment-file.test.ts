import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { LogRing, PinRing } from "sharedarraybuffer-ring";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attachMapped, createMapped, ringMemoryOf } from "./mapped-ring.ts";
import { loadNative, type Native } from "./native.ts";
import { baseFolder, busFolder, makePlace, parsePlaceName, placeName, surveyHostMemory, sweep } from "./place.ts";
import { isProcessAlive, thisProcess } from "./process-identity.ts";
import { attachSegmentFile, createSegmentFile } from "./segment-file.ts";

const possible = process.platform === "linux" && existsSync("/dev/shm");

describe.skipIf(!possible)("segment files", () => {
  let folder: string;
  let native: Native;
  let names = 0;
  const path = (): string => join(folder, String(++names));
  const made = (): string => {
    const file = path();
    createSegmentFile(native, file, 100_000);
    return file;
  };
  const poke = (file: string, offset: number, bytes: Uint8Array): void => {
    const fd = openSync(file, "r+");
    writeSync(fd, bytes, 0, bytes.length, offset);
    closeSync(fd);
  };
  const refusal = (file: string): unknown => {
    try {
      attachSegmentFile(native, file);
      return undefined;
    } catch (error) {
      return (error as { readonly code?: unknown }).code;
    }
  };
  beforeAll(async () => {
    folder = mkdtempSync("/dev/shm/delos-test-");
    native = await loadNative();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("only their owner may open them, and their memory is there from the start", () => {
    const file = made();
    const stat = statSync(file);
    expect((stat.mode & 0o777).toString(8)).toBe("600");
    expect(stat.blocks * 512).toBeGreaterThanOrEqual(stat.size);
    expect(refusal(file)).toBeUndefined();
  });

  test("two mappings are the same memory, for both kinds of ring", async () => {
    const [log, pin] = [path(), path()];
    const options = { maxMessageBytes: 5000, depth: 4 };
    const [logWriter, pinWriter] = [
      LogRing.createIn(await createMapped(log, LogRing.bytesFor({}))).writer(),
      PinRing.createIn(await createMapped(pin, PinRing.bytesFor(options)), options).writer(),
    ];
    const logReader = LogRing.attach(await attachMapped(log)).reader();
    const pinReader = PinRing.attach(await attachMapped(pin)).reader();
    for (const writer of [logWriter, pinWriter]) writer.write(new Uint8Array([1, 2, 3]));
    for (const reader of [logReader, pinReader]) expect(reader.take()).toEqual(new Uint8Array([1, 2, 3]));
    const sleeping = logReader.waitAsync(10_000);
    logWriter.write(new Uint8Array([4]));
    expect(await sleeping).toBe(true);
    expect(logReader.wait({ timeoutMs: 10_000 })).toBe(true);
    expect(pinReader.wait({ timeoutMs: 1 })).toBe(false);
    expect(() => logWriter.write(new Uint8Array(1 << 20))).toThrow(/takes/);
  });

  test("40 reliable readers of one ring all get all; the 33rd of 32 places is an error with a code", async () => {
    const file = path();
    const wide = { maxReaders: 40 };
    const writer = LogRing.createIn(await createMapped(file, LogRing.bytesFor(wide)), wide).writer();
    const ring = LogRing.attach(await attachMapped(file));
    const readers = Array.from({ length: 40 }, () => ring.reader({ mode: "reliable" }));
    for (let n = 0; n < 100; n++) writer.write(new Uint8Array([n]));
    for (const reader of readers) expect(reader.drain(() => {})).toBe(100);
    const narrow = { maxReaders: 32 };
    const small = path();
    LogRing.createIn(await createMapped(small, LogRing.bytesFor(narrow)), narrow);
    const full = LogRing.attach(await attachMapped(small));
    for (let n = 0; n < 32; n++) full.reader({ mode: "reliable" });
    expect(() => full.reader({ mode: "reliable" })).toThrow(expect.objectContaining({ code: "RING_TOO_MANY_READERS" }));
  });

  test("what is no segment is refused, whatever it is", () => {
    const empty = path();
    writeFileSync(empty, "", { mode: 0o600 });
    const zeroes = path();
    writeFileSync(zeroes, new Uint8Array(8192), { mode: 0o600 });
    const open = made();
    chmodSync(open, 0o644);
    const link = path();
    symlinkSync(made(), link);
    const pipe = path();
    expect(native.makePipe(pipe)).toBe(0);
    const sub = path();
    mkdirSync(sub);
    expect([empty, zeroes, open, link, pipe, join(folder, "absent")].map(refusal)).toEqual(
      Array.from({ length: 6 }, () => "SHM_SEGMENT"),
    );
    expect(refusal(sub)).toMatch(/^SHM_(SEGMENT|IO)$/);
  });

  test("another version, another size than the file's, a check sum that does not fit are refused", () => {
    const version = made();
    poke(version, 4, new Uint8Array([9, 0, 0, 0]));
    expect(refusal(version)).toBe("SHM_VERSION");
    const size = made();
    poke(size, 8, new Uint8Array([0, 0, 0, 1]));
    expect(refusal(size)).toBe("SHM_SEGMENT");
    const short = made();
    truncateSync(short, 8192);
    expect(refusal(short)).toBe("SHM_SEGMENT");
    const long = made();
    truncateSync(long, 1 << 20);
    expect(refusal(long)).toBe("SHM_SEGMENT");
  });

  test("a ring whose own header lies about the memory is refused by the ring", async () => {
    const file = path();
    LogRing.createIn(await createMapped(file, LogRing.bytesFor({})));
    const bytes = new Int32Array(new Uint8Array(readFileSync(file)).buffer);
    poke(file, native.pageBytes + 12, new Uint8Array([0, 0, 0, 0x20]));
    const memory = await attachMapped(file);
    expect(() => LogRing.attach(memory)).toThrow(expect.objectContaining({ code: "RING_LAYOUT" }));
    expect(bytes.length).toBeGreaterThan(0);
  });

  test("the page of sleepers scribbled over: readers still wake, nobody hangs", async () => {
    const file = path();
    const writer = LogRing.createIn(await createMapped(file, LogRing.bytesFor({}))).writer();
    const reader = LogRing.attach(ringMemoryOf(native, attachSegmentFile(native, file))).reader();
    const noise = new Uint8Array(native.pageBytes - 64);
    for (let round = 0; round < 20; round++) {
      poke(
        file,
        64,
        noise.map(() => Math.floor(Math.random() * 256)),
      );
      const waiting = reader.waitAsync(10_000);
      writer.write(new Uint8Array([round]));
      expect(await waiting).toBe(true);
      expect(reader.take()).toEqual(new Uint8Array([round]));
    }
  });

  test("a full /dev/shm is an error when the file is made, and no file stays", () => {
    const file = path();
    expect(() => createSegmentFile({ ...native, reserve: () => 28 }, file, 4096)).toThrow(
      expect.objectContaining({ code: "SHM_FULL" }),
    );
    expect(existsSync(file)).toBe(false);
    expect(() => createSegmentFile(native, path(), 2 ** 31)).toThrow(
      expect.objectContaining({ code: "SHM_TOO_LARGE" }),
    );
  });
});

describe.skipIf(!possible)("folders", () => {
  let root: string;
  beforeAll(() => (root = mkdtempSync("/dev/shm/delos-test-")));
  afterAll(() => rmSync(root, { recursive: true }));
  const participant = "0123456789abcdef01234567";

  test("a name says who made it, and anything else is no name", () => {
    const name = { identity: { pid: 12, tid: 13, startTicks: "99" }, participant };
    expect(parsePlaceName(placeName(name))).toEqual(name);
    expect(["", "12-13-99", `../12-13-99-${participant}`, `12-13-99-${participant}/..`].map(parsePlaceName)).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  test("what dead processes left is removed, what lives stays: at the start, and by a survey", () => {
    const bus = busFolder("0", root);
    const [me, dead] = [thisProcess()!, { ...thisProcess()!, startTicks: "1" }];
    expect([me, dead, { ...me, pid: 2 ** 22 + 1 }].map(isProcessAlive)).toEqual([true, false, false]);
    const mine = makePlace(bus, placeName({ identity: me, participant }));
    const theirs = placeName({ identity: dead, participant });
    const leave = (): string => {
      const place = makePlace(bus, theirs);
      writeFileSync(join(place, "1"), new Uint8Array(5000));
      return place;
    };
    expect((statSync(mine).mode & 0o777).toString(8)).toBe("700");
    leave();
    expect(sweep(bus)).toBe(1);
    const left = leave();
    const found = { participants: 1, segments: 0, removed: { participants: 1, bytes: 5000 } };
    expect(surveyHostMemory({ root, keep: true })).toMatchObject(found);
    expect(existsSync(left)).toBe(true);
    const survey = surveyHostMemory({ root });
    expect(survey).toMatchObject(found);
    expect([existsSync(left), existsSync(mine)]).toEqual([false, true]);
  });

  test("a folder that others may open, or that is none, is refused; so is a root that is absent", () => {
    const name = placeName({ identity: thisProcess()!, participant });
    const bus = busFolder("1", root);
    chmodSync(baseFolder(root), 0o755);
    expect(() => makePlace(bus, name)).toThrow(expect.objectContaining({ code: "SHM_FOLDER" }));
    rmSync(baseFolder(root), { recursive: true });
    symlinkSync("/tmp", baseFolder(root));
    expect(() => makePlace(bus, name)).toThrow(expect.objectContaining({ code: "SHM_FOLDER" }));
    expect(() => makePlace(busFolder("1", "/absent"), name)).toThrow(expect.objectContaining({ code: "SHM_FOLDER" }));
    expect(() => busFolder("../etc")).toThrow(/domain/);
  });
});
