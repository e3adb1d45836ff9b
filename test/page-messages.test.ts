import { expectTypeOf, test } from "vitest";
import type * as busView from "../packages/bridge/src/bus-view/messages.ts";
import type * as media from "../packages/bridge/src/media/messages.ts";
import type { Trace } from "../packages/bridge/src/media/run.ts";
import type * as pageBus from "../packages/hmi/src/bus/bus-link.ts";
import type * as pageDifference from "../packages/hmi/src/media/difference.ts";
import type * as pageMedia from "../packages/hmi/src/media/media-link.ts";

/*
 * The page knows nothing of ours but what is said to it, so it writes the JSON messages of its views down itself. Here the
 * two sides are held against each other: by the type check that `npm test` makes of the tests.
 */
test("the bus view: both sides mean the same messages", () => {
  expectTypeOf<pageBus.BusGraph>().toEqualTypeOf<busView.GraphState>();
  expectTypeOf<pageBus.Samples>().toEqualTypeOf<busView.Samples>();
  expectTypeOf<pageBus.PlottedField>().toEqualTypeOf<busView.PlottedField>();
});

test("the recordings: both sides mean the same messages", () => {
  expectTypeOf<pageMedia.ListedRecording>().toEqualTypeOf<media.ListedRecording>();
  expectTypeOf<pageDifference.Trace>().toEqualTypeOf<Trace>();
});
