import { Playing, type QuickStart, Recording } from "../../protocol/bridge.ts";
import { clock } from "../../text/format.ts";
import { words as own, type Words } from "../../text/words.ts";

/** What a person should do next: Apollo's guide messages, first match. `nowS`: unix time of the page. */
export function guideText(quick: QuickStart, nowS: number, words: Words = own): string {
  const { guide, duration } = words.operate;
  const since = quick.begun_s > 0 ? ` – ${duration}: ${clock(Math.max(0, nowS - quick.begun_s), 0)}` : "";
  const { recording, playing } = quick;
  if (recording === Recording.readyToCheck) return guide.beforeRecording;
  if (recording === Recording.checking) return guide.waiting;
  if (recording === Recording.readyToStart) return guide.readyToRecord;
  if (recording === Recording.recording) return `${guide.recording}${since}. ${guide.drive}`;
  if (playing === Playing.playing) return `${guide.playing}${since}`;
  if (recording === Recording.finished && playing === Playing.notReady) return guide.invalid;
  if (playing === Playing.checking) return quick.planning_ready ? guide.waiting : guide.waitingForPlanning;
  if (playing === Playing.readyToCheck) return `${quick.recorded_s} s ${guide.recorded}`;
  if (playing === Playing.readyToStart) return guide.readyToPlay;
  return guide.wrong;
}

/** Which buttons of quick record and quick play are legal in the state. */
export function legal({ recording, playing }: QuickStart) {
  return {
    setupRecording: recording === Recording.readyToCheck || recording === Recording.checking,
    startRecording: recording === Recording.readyToStart,
    stopRecording: recording === Recording.recording,
    newRecording: recording === Recording.finished && playing !== Playing.playing,
    setupPlaying: playing === Playing.readyToCheck || playing === Playing.checking,
    startPlaying: playing === Playing.readyToStart,
    stopPlaying: playing === Playing.playing || playing === Playing.checking || playing === Playing.readyToStart,
  };
}
