import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codecFor, idlSchema, type MessageValue } from "@delos/wire";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Delos, startPeer } from "./delos-under-test.test-support.ts";
import { buildTypesEcho, installed } from "./peers.test-support.ts";

/**
 * Every construct of IDL, there and back through Cyclone DDS: it decodes our bytes and sends what it has understood. What it sends
 * are the same bytes, except for members of mutable types: those have several forms.
 */
const POINT = { x: 1.5, y: 2.5, z: 7 };
const PRIMITIVES = {
  b: true,
  c: "Z",
  o: 200,
  i8: -5,
  u8: 250,
  s: -1000,
  us: 60_000,
  l: -100_000,
  ul: 4_000_000_000,
  ll: -5_000_000_000n,
  ull: 18_446_744_073_709_551_615n,
  f: 1.5,
  d: -2.25,
};
const SECOND = { $discriminator: 2, s: "two" };
const [A, B] = [Int32Array.of(1, 2, 3), Int32Array.of(4, 5, 6)];
const VALUES: Readonly<Record<string, MessageValue>> = {
  Primitives: PRIMITIVES,
  APrimitives: PRIMITIVES,
  Enums: {
    p: 1,
    c: 2,
    s: 2,
    m: 1,
    b8: 33,
    b16: 4097,
    b32: 0x8000_0001,
    b64: 0x8000_0000_0000_0001n,
    cs: [0, 1, 2],
    ca: [1, 2],
    ss: [1, 2, 1],
    bs: [1, 4096, 2],
  },
  Sequences: {
    p: 1,
    o: Uint8Array.of(1, 2, 3),
    b: [true, false],
    c: ["a", "b", "c"],
    s: Int16Array.of(1, -2),
    ll: BigInt64Array.of(5n),
    d: Float64Array.of(0.5),
    st: ["x", "", "yz"],
    nest: [A, new Int32Array(0), B],
    pts: [POINT, POINT],
    ns: [["a"], [], ["b", "c"]],
  },
  Arrays: {
    p: 1,
    a: Int32Array.of(1, 2, 3, 4),
    b: [BigInt64Array.of(1n, 2n, 3n), BigInt64Array.of(4n, 5n, 6n)],
    s: ["a", "bcd"],
    pt: [POINT, POINT],
    bs: ["x", "abcd"],
  },
  Aliases: {
    p: 1,
    l: Int32Array.of(1, 2),
    r: A,
    g: [A, B],
    rows: [A, B],
    n: "name",
    la: [new Int32Array(0), A],
    sp: [
      ["a", "b"],
      ["c", "d"],
      ["", "e"],
    ],
    pp: [
      ["a", "b"],
      ["c", "d"],
    ],
  },
  Bounded: { s: "abcd", l: A, ss: ["abc", ""], z: 9 },
  Nested: { p: POINT, a: POINT, m: 3, s: [POINT, POINT, POINT], arr: [POINT, POINT] },
  ANested: { p: POINT, a: POINT, m: 3, s: [POINT, POINT, POINT], arr: [POINT, POINT], tail: 77n },
  MNested: {
    p: POINT,
    a: POINT,
    m: POINT,
    s: [POINT, POINT],
    t: "hello",
    l: A,
    o: 9,
    ll: BigInt64Array.of(5n, 6n),
  },
  Derived: { b: 1, bb: 2, d: "dd", dd: 4n },
  ADerived: { b: 1, bb: 2, d: "dd", dd: 4n },
  Optionals: { a: 3, z: 4, p: POINT, t: 5n },
  AOptionals: { s: "here", z: 4, p: POINT, t: 5n },
  MOptionals: { s: "here", z: 4, p: POINT, t: 5n },
  Unions: {
    p: 1,
    l: SECOND,
    c: { $discriminator: 1, s: "green" },
    b: { $discriminator: true, a: 9n },
    ch: { $discriminator: "b", b: Int32Array.of(1, 2) },
    o: { $discriminator: 9, b: 3 },
    seq: [SECOND, { $discriminator: 9, p: POINT }, { $discriminator: 1, a: 4 }],
    arr: [SECOND, SECOND],
  },
  AUnions: {
    p: 1,
    a: { $discriminator: 2, b: [POINT, POINT] },
    z: 9,
    s: [
      { $discriminator: 1, a: 4 },
      { $discriminator: 99, c: "q" },
    ],
    arr: [
      { $discriminator: 1, a: 4 },
      { $discriminator: 1, a: 5 },
    ],
  },
  Externals: { a: 1, s: "ext", p: POINT, z: 3 },
  Keyed: { a: 1, x: 5, b: 2n },
  KeyedByParts: { i: { a: 1, b: 2 }, p: POINT, x: 5 },
  KeyedByIds: { a: 1, b: 2, x: 5 },
  KeyedByName: { name: "a name", c: 2, x: 5 },
  AKeyed: { a: 1, x: 5, b: 2n },
  AKeyedByName: { name: "a name", x: 5, p: POINT },
  MKeyed: { a: 1, x: 5, b: 2n },
};
const IDL = readFileSync(new URL("../test-peers/every-type.idl", import.meta.url), "utf8");
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

describe.skipIf(!installed.cyclone).for([1, 2] as const)(
  "Cyclone DDS and every type, final ones in XCDR%i",
  (version) => {
    let folder: string;
    let peer: ChildProcess;
    let delos: Delos;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "delos-types-"));
      const { program, env } = buildTypesEcho(folder);
      const domain = 20 + ((process.pid + version) % 80);
      const started = startPeer(program, [String(domain), ...(version === 2 ? ["xcdr2"] : [])], env);
      peer = started.process;
      delos = await Delos.open(domain);
      await until(() => expect(started.lines).toEqual(["made"]));
    });
    afterAll(async () => {
      peer.kill("SIGKILL");
      await delos.transport[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    test.for(Object.entries(VALUES))("%s", async ([name, value]) => {
      const chosen = version === 1 ? IDL : IDL.replace(`@final struct ${name} `, `@data_representation(XCDR2) $&`);
      const schema = idlSchema(`every::${name}`, chosen);
      const qos = { durability: "transient_local" } as const;
      const writer = delos.writer(`in_${name}`, schema, qos);
      const reader = delos.reader(`out_${name}`, schema, qos);
      writer.send(value);
      await until(() => expect(reader.messages).toEqual([value]));
      if (!name.startsWith("M")) expect(reader.samples[0]!.bytes).toEqual(codecFor(schema).encode(value));
      if (!/^.?Keyed/.test(name)) return;
      writer.send(value, { instanceState: "disposed" });
      await until(() => expect(reader.ended).toHaveLength(1));
      writer.send(value);
      await until(() => expect(reader.messages).toEqual([value, value]));
      writer.send(value, { instanceState: "unregistered" });
      await until(() => expect(reader.ended).toHaveLength(2));
      expect(reader.ended.map(({ instanceState }) => instanceState)).toEqual(["disposed", "unregistered"]);
      expect(reader.ended[1]!.keyHash).toEqual(reader.ended[0]!.keyHash);
      expect(reader.ended[0]!.keyHash).toHaveLength(16);
    });
  },
);
