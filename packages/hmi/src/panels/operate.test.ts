import { describe, expect, test } from "vitest";
import { Playing, QuickStart, Recording } from "../protocol/bridge.ts";
import type { NumberedNotice } from "../state/page.ts";
import { Requests } from "../state/requests.ts";
import { linesThatMatch } from "./console/lines.ts";
import { isEstop, type Key } from "./keys/keyboard.ts";
import { guideText, legal } from "./operate/guide.ts";

const key = (name: string, held: Partial<Key> = {}): Key => ({
  key: name,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...held,
});

/** As much of an element as is asked for. */
function element(tagName: string, type: string | null = null): Element {
  return { tagName, getAttribute: () => type } as unknown as Element;
}

describe("the emergency stop", () => {
  test("is the space bar, on buttons too, but not where somebody types", () => {
    expect(isEstop(key(" "), null)).toBe(true);
    expect(isEstop(key(" "), element("BUTTON"))).toBe(true);
    expect(isEstop(key(" "), element("INPUT", "range"))).toBe(true);
    expect(isEstop(key(" "), element("INPUT", "search"))).toBe(false);
    expect(isEstop(key(" "), element("TEXTAREA"))).toBe(false);
    expect(isEstop(key(" ", { ctrlKey: true }), null)).toBe(false);
  });
  test("is F9 everywhere", () => {
    expect(isEstop(key("F9"), element("INPUT", "search"))).toBe(true);
    expect(isEstop(key("F8"), null)).toBe(false);
  });
});

describe("the guide says what to do next", () => {
  const quick = (values: Partial<QuickStart>): QuickStart => ({ ...QuickStart.decode(new Uint8Array()), ...values });
  const { readyToCheck, checking, readyToStart, recording, finished } = Recording;
  test.for([
    [{ recording: readyToCheck }, "Before recording, you need to setup the system."],
    [{ recording: checking }, "Waiting for modules and hardware."],
    [{ recording: readyToStart }, "Now you are ready to record."],
    [{ recording, begun_s: 1000 }, "Recording – Duration: 1:05. Drive the car now."],
    [{ recording: finished, playing: Playing.notReady }, "The recorded drive is invalid."],
    [{ recording: finished, playing: Playing.readyToCheck, recorded_s: 12 }, "12 s of driving was recorded."],
    [{ recording: finished, playing: Playing.checking }, "Waiting for planning ready."],
    [{ recording: finished, playing: Playing.checking, planning_ready: true }, "Waiting for modules and hardware."],
    [{ recording: finished, playing: Playing.readyToStart }, "Make sure the OPERATOR is ready!"],
    [{ recording: finished, playing: Playing.playing, begun_s: 1064 }, "Playing – Duration: 0:01"],
  ] as const)("%j", ([state, text]) => {
    expect(guideText(quick(state), 1065)).toContain(text);
  });

  test("only the buttons of the state are legal", () => {
    const names = (state: Partial<QuickStart>): string[] =>
      Object.entries(legal(quick(state))).flatMap(([name, may]) => (may ? [name] : []));
    expect(names({ recording: readyToCheck })).toEqual(["setupRecording"]);
    expect(names({ recording })).toEqual(["stopRecording"]);
    expect(names({ recording: finished, playing: Playing.readyToStart })).toEqual([
      "newRecording",
      "startPlaying",
      "stopPlaying",
    ]);
    expect(names({ recording: finished, playing: Playing.playing })).toEqual(["stopPlaying"]);
  });
});

describe("requests", () => {
  test("are answered by number, in any order, and show what is under way", async () => {
    const sent: number[] = [];
    const requests = new Requests(({ request }) => sent.push(request!.id) > 0);
    const first = requests.ask("engage", { driving: 1 });
    const second = requests.ask("estop", { driving: 3 });
    expect([...requests.pending.value]).toEqual(["engage", "estop"]);
    requests.answered({ id: sent[1]!, code: "", text: "" });
    requests.answered({ id: 99, code: "", text: "" });
    expect((await second).code).toBe("");
    requests.answered({ id: sent[0]!, code: "BRIDGE_NO_CAR", text: "no car" });
    expect((await first).code).toBe("BRIDGE_NO_CAR");
    expect(requests.pending.value.size).toBe(0);
  });
  test("that nobody can answer any more are answered by the page", async () => {
    const requests = new Requests(() => true);
    const asked = requests.ask("engage", { driving: 1 });
    requests.lost();
    expect((await asked).code).toBe("PAGE_NOT_CONNECTED");
    expect((await new Requests(() => false).ask("estop", { driving: 3 })).code).toBe("PAGE_NOT_CONNECTED");
  });
});

test("the log is searched by words and levels", () => {
  const notice = (level: number, source: string, text: string): NumberedNotice => ({
    level,
    source,
    text,
    time_s: 0,
    number: 0,
  });
  const notices = [
    notice(0, "/control", "started"),
    notice(2, "/canbus", "frame of wrong length"),
    notice(3, "hmi", "stop"),
  ];
  const texts = (least: number, search: string): string[] =>
    linesThatMatch(notices, least, search).map(({ text }) => text);
  expect(texts(0, "")).toHaveLength(3);
  expect(texts(2, "")).toEqual(["frame of wrong length", "stop"]);
  expect(texts(0, "LENGTH canbus")).toEqual(["frame of wrong length"]);
  expect(texts(3, "canbus")).toEqual([]);
});
