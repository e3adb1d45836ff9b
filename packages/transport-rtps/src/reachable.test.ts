import { ByteReader, ByteWriter } from "@delos/wire";
import { expect, test } from "vitest";
import { type ParticipantData, readParticipantData } from "./participant-data.ts";
import { range, SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";
import { PID } from "./wire/parameter-id.ts";
import { ParameterListBuilder, readParameterList } from "./wire/parameter-list.ts";

/** Where a participant says that it can be reached. DDSI-RTPS 2.5 §8.5.3.2, §9.6.2. */
test("who announces no address of its own is found and served by the group", () => {
  const net = new SimulatedNetwork();
  const group = { address: "239.255.0.1", port: 7400 };
  const [us, them] = [net.engine(), net.engine()];
  them.update({ metatrafficUnicast: [], defaultUnicast: [], metatrafficMulticast: [group], defaultMulticast: [group] });
  us.start();
  them.start();
  const writer = new TestWriter(us, "t", { durability: "transient_local", history: "keep_all" });
  const back = new TestReader(us, "back");
  const reader = new TestReader(them, "t", { durability: "transient_local", history: "keep_all" });
  const answers = new TestWriter(them, "back");
  for (let n = 0; n < 10; n++) writer.write(n);
  net.advance(2000);
  expect(reader.received).toEqual(range(0, 10));
  expect(answers.matched).toHaveLength(1);
  answers.write(1);
  net.advance(500);
  expect(back.received).toEqual([1]);
});

test("who announces a group that is not ours is not told anything there", () => {
  const net = new SimulatedNetwork();
  const [us, them] = [net.engine(), net.engine()];
  const foreign = [{ address: "239.1.2.3", port: 7400 }];
  them.update({ metatrafficUnicast: [], defaultUnicast: [], metatrafficMulticast: foreign, defaultMulticast: foreign });
  const told = new Set<string>();
  net.onSend = (_, __, to) => void told.add(to.address);
  us.start();
  them.start();
  net.advance(2000);
  expect(told.has("239.1.2.3")).toBe(false);
  expect(us.participants.has(them.prefix)).toBe(true);
});

const locator = (kind: number, port: number, address: readonly number[]) => (value: ByteWriter) => {
  value.int32(kind);
  value.uint32(port);
  value.raw(Uint8Array.from(address));
};
const v4 = (...ip: number[]): number[] => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...ip];
const read = (build: (list: ParameterListBuilder) => ParameterListBuilder): ParticipantData =>
  readParticipantData(readParameterList(new ByteReader(build(new ParameterListBuilder()).finish())), {
    prefix: "01".repeat(12),
    vendor: 0x0110,
  });

test("addresses of kinds that we do not speak are passed over, wherever they stand", () => {
  const { metatrafficUnicast } = read((list) =>
    list
      .add(
        PID.METATRAFFIC_UNICAST_LOCATOR,
        locator(
          2,
          7410,
          Array.from({ length: 16 }, () => 0xfe),
        ),
      )
      .add(PID.METATRAFFIC_UNICAST_LOCATOR, locator(16, 7410, v4(10, 0, 0, 9)))
      .add(PID.METATRAFFIC_UNICAST_LOCATOR, locator(1, 0, v4(10, 0, 0, 8)))
      .add(PID.METATRAFFIC_UNICAST_LOCATOR, locator(-1, 7410, v4(10, 0, 0, 7)))
      .add(PID.METATRAFFIC_UNICAST_LOCATOR, locator(1, 7412, v4(10, 0, 0, 2))),
  );
  expect(metatrafficUnicast).toEqual([{ address: "10.0.0.2", port: 7412 }]);
});

test("what need not be said has its default; bits of endpoints that are not known do no harm", () => {
  const said = read((list) => list.add(PID.BUILTIN_ENDPOINT_SET, (value) => value.uint32(0xffff_ffff)));
  expect(said).toMatchObject({ leaseMs: 100_000, domain: undefined, domainTag: "", name: "", endpoints: 0xffff_ffff });
  expect(said.prefix).toBe("01".repeat(12));
});
