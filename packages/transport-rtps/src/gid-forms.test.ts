import { SimulatedClock } from "@delos/core";
import { expect, test } from "vitest";
import { GidForms } from "./gid-forms.ts";
import type { RemoteParticipant, RemoteReader } from "./remote.ts";
import { VENDOR_CYCLONE, VENDOR_DELOS, VENDOR_FAST } from "./wire/message.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function readerOf(vendor: number, enclave = "enclave=/;", hash = ""): RemoteReader {
  const participant = { data: { vendor, userData: bytes(enclave) } } as RemoteParticipant;
  return { participant, data: { userData: bytes(hash) } } as RemoteReader;
}

function setUp(fixed?: 16 | 24) {
  const clock = new SimulatedClock();
  const changes: number[] = [];
  const forms = new GidForms(clock, fixed, () => void changes.push(forms.current));
  return { clock, forms, changes };
}

test("a node of ROS 2 gets the graph when its own has told its form, and in that form", () => {
  const { forms, changes } = setUp();
  const robot = readerOf(VENDOR_FAST);
  expect([forms.fits(robot), forms.current]).toEqual([false, 16]);
  forms.hear(robot.participant, 24);
  expect([forms.fits(robot), forms.current, changes]).toEqual([true, 24, [24]]);
  forms.leave(robot.participant);
  expect([forms.current, changes]).toEqual([16, [24, 16]]);
});

test("who tells nothing for two seconds, or a type hash, or is no node of ROS 2, gets it as it is", () => {
  const { clock, forms, changes } = setUp();
  const [silent, hashed] = [
    readerOf(VENDOR_CYCLONE),
    readerOf(VENDOR_FAST, "enclave=/;", `typehash=RIHS01_${"0".repeat(64)};`),
  ];
  const [tool, delos] = [readerOf(VENDOR_CYCLONE, ""), readerOf(VENDOR_DELOS)];
  expect([silent, hashed, tool, delos].map((each) => forms.fits(each))).toEqual([false, true, true, true]);
  clock.advance(2000);
  expect([forms.fits(silent), changes]).toEqual([true, [16]]);
});

test("where both forms are, the first stays, and nobody gets what it cannot read", () => {
  const { forms } = setUp();
  const [older, newer, delos] = [readerOf(VENDOR_FAST), readerOf(VENDOR_CYCLONE), readerOf(VENDOR_DELOS)];
  forms.hear(delos.participant, 16); // Delos follows the others, and is no reason
  forms.hear(older.participant, 24);
  forms.hear(newer.participant, 16);
  expect([forms.current, forms.fits(older), forms.fits(newer), forms.fits(delos)]).toEqual([24, true, false, true]);
  forms.leave(older.participant);
  expect([forms.current, forms.fits(newer)]).toEqual([16, true]);
});

test("a form that was chosen is everybody's", () => {
  const { forms, changes } = setUp(24);
  const newer = readerOf(VENDOR_CYCLONE);
  forms.hear(newer.participant, 16);
  expect([forms.current, forms.fits(newer), changes]).toEqual([24, true, [24]]);
});
