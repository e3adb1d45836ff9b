import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import type { App } from "../../app.ts";
import { mediaWords } from "../../media/media-words.ts";
import { type Mark, MarkKind } from "../../protocol/bridge.ts";
import { clock } from "../../text/format.ts";

/** Told apart by shape and colour. */
const LOOKS: Readonly<Record<number, readonly [name: keyof typeof MarkKind, sign: string, colour: string]>> = {
  [MarkKind.engage]: ["engage", "▲", "var(--green)"],
  [MarkKind.disengage]: ["disengage", "▼", "var(--orange)"],
  [MarkKind.estop]: ["estop", "■", "var(--red, #e5534b)"],
  [MarkKind.mode]: ["mode", "◆", "var(--blue)"],
  [MarkKind.problem]: ["problem", "✕", "var(--purple)"],
  [MarkKind.pad]: ["pad", "●", "var(--text)"],
  [MarkKind.error]: ["error", "!", "var(--red, #e5534b)"],
};

/** So that the message that says it is among those shown. */
const JUST_AFTER_S = 2e-6;

/** What happened in the recording, over the seek bar; a click goes there. */
export function Marks({
  app,
  range,
}: {
  readonly app: App;
  readonly range: ReadonlySignal<{ readonly start: number; readonly span: number }>;
}): JSX.Element | null {
  const marks = app.state.marks.value;
  const { start, span } = range.value;
  if (span <= 0) return null;
  return (
    <div class="marks" role="group" aria-label={mediaWords.marks.label} data-testid="marks">
      {marks.map((mark) => (
        <MarkButton key={`${mark.kind} ${mark.time_s} ${mark.text}`} app={app} mark={mark} start={start} span={span} />
      ))}
    </div>
  );
}

function MarkButton({
  app,
  mark,
  start,
  span,
}: {
  readonly app: App;
  readonly mark: Mark;
  readonly start: number;
  readonly span: number;
}): JSX.Element {
  const [name, sign, colour] = LOOKS[mark.kind] ?? LOOKS[MarkKind.mode]!;
  const text = `${clock(mark.time_s - start, 1)} ${mediaWords.marks[name]}${mark.text === "" ? "" : `: ${mark.text}`}`;
  return (
    <button
      type="button"
      style={{ left: `${(((mark.time_s - start) / span) * 100).toFixed(3)}%`, "--mark": colour }}
      aria-label={text}
      title={text}
      onClick={() => app.seek(mark.time_s + JUST_AFTER_S)}
      data-mark={name}
    >
      {sign}
    </button>
  );
}

/** The part that is looped over. */
export function LoopBand({
  app,
  range,
}: {
  readonly app: App;
  readonly range: ReadonlySignal<{ readonly start: number; readonly span: number }>;
}): JSX.Element | null {
  const loop = app.state.playback.value?.loop_range;
  const from = app.loopFromS.value;
  const { start, span } = range.value;
  if (span <= 0 || (loop === undefined && from === undefined)) return null;
  const [fromS, toS] = loop === undefined ? [from!, from!] : [loop.from_s, loop.to_s];
  const part = (timeS: number): number => Math.min(1, Math.max(0, (timeS - start) / span)) * 100;
  return (
    <i
      class="loop-range"
      style={{ left: `${part(fromS).toFixed(3)}%`, width: `${(part(toS) - part(fromS)).toFixed(3)}%` }}
      data-testid="loop-range"
    />
  );
}
