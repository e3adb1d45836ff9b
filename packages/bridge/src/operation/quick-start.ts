import { DelosError } from "@delos/core";
import { delos } from "@delos/msgs";

/** States of quick record and quick play, as in Apollo 1.0's HMI (modules/hmi/web/runtime_status.py). */
export const { Recording, Playing } = delos.bridge.QuickStart;
export type Recording = delos.bridge.QuickStart.Recording;
export type Playing = delos.bridge.QuickStart.Playing;

/** What the machine looks at. */
export interface QuickInputs {
  /** Every needed module runs and every hardware check is OK. */
  readonly ready: boolean;
  /** The player has published a trajectory. */
  readonly planningReady: boolean;
  /** Length of the recorded drive, s. */
  readonly recordedS: number;
}

export type QuickStep =
  | "setupRecording"
  | "startRecording"
  | "stopRecording"
  | "newRecording"
  | "setupPlaying"
  | "startPlaying"
  | "stopPlaying";

const LEGAL: Readonly<Record<QuickStep, (state: QuickStart) => boolean>> = {
  setupRecording: ({ recording: r }) => r === Recording.RECORDING_READY_TO_CHECK || r === Recording.RECORDING_CHECKING,
  startRecording: ({ recording: r }) => r === Recording.RECORDING_READY_TO_START,
  stopRecording: ({ recording: r }) => r === Recording.RECORDING,
  newRecording: ({ recording: r, playing: p }) => r !== Recording.RECORDING && p !== Playing.PLAYING,
  setupPlaying: ({ playing: p }) => p === Playing.PLAYING_READY_TO_CHECK || p === Playing.PLAYING_CHECKING,
  startPlaying: ({ playing: p }) => p === Playing.PLAYING_READY_TO_START,
  stopPlaying: ({ playing: p }) =>
    p === Playing.PLAYING || p === Playing.PLAYING_CHECKING || p === Playing.PLAYING_READY_TO_START,
};

/**
 * Quick record and quick play: drive by hand, then let the car drive the same way. Two machines that take turns; what they
 * cause (modules, recorder, pad messages) is somebody else's work. Two things are stricter than Apollo's: a step that is not
 * legal in the state is refused here and not only greyed out on the page, and PLAYING means that the car has engaged.
 */
export class QuickStart {
  recording: Recording;
  playing: Playing;
  planningReady = false;
  recordedS: number;
  /** Unix time at which recording or playing began, s; 0: neither. */
  begunS = 0;

  constructor(recordedS: number) {
    this.recordedS = recordedS;
    const recorded = recordedS >= 1;
    this.recording = recorded ? Recording.RECORDING_FINISHED : Recording.RECORDING_READY_TO_CHECK;
    this.playing = recorded ? Playing.PLAYING_READY_TO_CHECK : Playing.PLAYING_NOT_READY;
  }

  may(step: QuickStep): boolean {
    return LEGAL[step](this);
  }

  /** @throws {DelosError} `BRIDGE_NOT_NOW` */
  check(step: QuickStep): void {
    if (this.may(step)) return;
    const state = `${nameOf(Recording, this.recording)}, ${nameOf(Playing, this.playing)}`;
    throw new DelosError("BRIDGE_NOT_NOW", `${step} is not possible now (${state}): ${this.message}`);
  }

  setupRecording(): void {
    this.recording = Recording.RECORDING_CHECKING;
  }

  startRecording(nowS: number): void {
    this.recording = Recording.RECORDING;
    this.playing = Playing.PLAYING_NOT_READY;
    this.begunS = nowS;
  }

  stopRecording(recordedS: number): void {
    this.recording = Recording.RECORDING_FINISHED;
    this.recordedS = recordedS;
    this.begunS = 0;
  }

  newRecording(): void {
    this.recording = Recording.RECORDING_READY_TO_CHECK;
    this.playing = Playing.PLAYING_NOT_READY;
    this.planningReady = false;
    this.recordedS = 0;
  }

  setupPlaying(): void {
    this.playing = Playing.PLAYING_CHECKING;
  }

  startPlaying(nowS: number): void {
    this.playing = Playing.PLAYING;
    this.begunS = nowS;
  }

  stopPlaying(): void {
    this.playing = Playing.PLAYING_READY_TO_CHECK;
    this.planningReady = false;
    this.begunS = 0;
  }

  /** The car was handed to the driver, by command or by the driver. */
  toManual(): void {
    if (this.playing === Playing.PLAYING_NOT_READY) return;
    this.playing = Playing.PLAYING_READY_TO_CHECK;
    if (this.recording !== Recording.RECORDING) this.begunS = 0;
  }

  /** Everything back to the beginning, whatever was recorded. */
  resetAll(): void {
    this.newRecording();
    this.begunS = 0;
  }

  /** Transitions that nobody asks for. */
  look({ ready, planningReady, recordedS }: QuickInputs): void {
    this.planningReady = planningReady;
    this.recordedS = recordedS;
    if (this.recording === Recording.RECORDING_CHECKING && ready) this.recording = Recording.RECORDING_READY_TO_START;
    else if (this.recording === Recording.RECORDING_READY_TO_START && !ready)
      this.recording = Recording.RECORDING_CHECKING;
    const recorded = this.recording === Recording.RECORDING_FINISHED && recordedS > 0;
    const playable = ready && planningReady;
    if (this.playing === Playing.PLAYING_NOT_READY && recorded) this.playing = Playing.PLAYING_READY_TO_CHECK;
    else if (this.playing === Playing.PLAYING_CHECKING && playable) this.playing = Playing.PLAYING_READY_TO_START;
    else if (this.playing === Playing.PLAYING_READY_TO_START && !playable) this.playing = Playing.PLAYING_CHECKING;
  }

  /** What to do next, in Apollo's words. */
  get message(): string {
    const { recording, playing } = this;
    if (recording === Recording.RECORDING_READY_TO_CHECK) return "Before recording, you need to setup the system.";
    if (recording === Recording.RECORDING_CHECKING) return "Waiting for modules and hardware.";
    if (recording === Recording.RECORDING_READY_TO_START) return "Now you are ready to record.";
    if (recording === Recording.RECORDING || playing === Playing.PLAYING) return String(Math.round(this.begunS * 1000));
    if (recording === Recording.RECORDING_FINISHED && playing === Playing.PLAYING_NOT_READY)
      return 'The recorded drive is invalid. Please fix, or simply try recording again by clicking "New".';
    if (playing === Playing.PLAYING_CHECKING)
      return this.planningReady ? "Waiting for modules and hardware." : "Waiting for planning ready.";
    if (playing === Playing.PLAYING_READY_TO_CHECK)
      return `${this.recordedS}s of driving was recorded. Before playing, please setup the system.`;
    if (playing === Playing.PLAYING_READY_TO_START) return "Make sure the OPERATOR is ready! Now you are good to go.";
    return "Something goes wrong. Please record again or RESET ALL.";
  }
}

function nameOf(values: Readonly<Record<string, unknown>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}
