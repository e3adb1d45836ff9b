import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { App } from "../../app.ts";
import { MediaButton } from "../../media/media-host.tsx";
import { mediaWords } from "../../media/media-words.ts";
import { PlaybackState } from "../../protocol/bridge.ts";
import { clock, count, fixed, rate as rateText } from "../../text/format.ts";
import { words } from "../../text/words.ts";
import { Icon } from "../icon.tsx";
import { RATES } from "./rates.ts";
import { SeekBar } from "./seek-bar.tsx";

/** The media player's bar. On a live bus only the time is left of it. */
export function Transport({ app }: { readonly app: App }): JSX.Element {
  const { state } = app;
  const { transport } = words;
  const playback = useComputed(() => state.playback.value);
  const recorded = state.isReplay;
  const playing = useComputed(() => state.playback.value?.state === PlaybackState.playing);
  const able = useComputed(() => state.canControl && state.connection.value.kind === "open");
  const position = useComputed(() => clock((playback.value?.position_s ?? 0) - (playback.value?.start_s ?? 0), 1));
  const duration = useComputed(() => clock((playback.value?.end_s ?? 0) - (playback.value?.start_s ?? 0), 1));
  const late = useComputed(() => playback.value?.late ?? 0);
  const playLabel = playing.value ? transport.pause : transport.play;

  if (!recorded.value) {
    return (
      <footer class="transport live" aria-label={transport.label}>
        {playback.value === undefined ? null : (
          <>
            <b>{transport.live}</b> <span>{transport.liveMore}</span>
          </>
        )}
      </footer>
    );
  }
  return (
    <footer class="transport" aria-label={transport.label}>
      <div class="buttons">
        <button
          type="button"
          class="icon"
          disabled={!able.value}
          onClick={() => app.restart()}
          aria-label={transport.restart}
          title={`${transport.restart} (0)`}
          data-testid="restart"
        >
          <Icon name="restart" />
        </button>
        <button
          type="button"
          class="icon"
          disabled={!able.value}
          onClick={() => app.step(-1)}
          aria-label={transport.back}
          title={`${transport.back} (←)`}
          data-testid="step-back"
        >
          <Icon name="step-back" />
        </button>
        <button
          type="button"
          class="icon play"
          disabled={!able.value}
          onClick={() => app.playPause()}
          aria-label={playLabel}
          title={`${playLabel} (Space)`}
          data-testid="play-pause"
          data-state={playing.value ? "playing" : "paused"}
        >
          <Icon name={playing.value ? "pause" : "play"} />
        </button>
        <button
          type="button"
          class="icon"
          disabled={!able.value}
          onClick={() => app.step(1)}
          aria-label={transport.forward}
          title={`${transport.forward} (→)`}
          data-testid="step-forward"
        >
          <Icon name="step-forward" />
        </button>
        <button
          type="button"
          class="icon"
          disabled={!able.value}
          aria-pressed={playback.value?.loop === true}
          onClick={() => app.toggleLoop()}
          aria-label={transport.loop}
          title={`${transport.loop} (l)`}
          data-testid="loop"
        >
          <Icon name="loop" />
        </button>
        <LoopRangeButtons app={app} able={able.value} />
        {state.hello.value === undefined ? null : <MediaButton app={app} />}
      </div>
      <p class="clock" data-testid="position">
        <b>{position}</b>
        <span> / {duration}</span>
      </p>
      <SeekBar app={app} able={able.value} />
      <p class={late.value > 0 ? "late some" : "late"} title={transport.lateHint} data-testid="late">
        {count(late.value)} {transport.late}
        <small>{late.value > 0 ? `${fixed(playback.value?.max_lateness_ms, 1)} ms` : ""}</small>
      </p>
      <RateSelect app={app} able={able.value} />
    </footer>
  );
}

/** A, then B; pressed again, the loop ends. */
function LoopRangeButtons({ app, able }: { readonly app: App; readonly able: boolean }): JSX.Element {
  const loops = app.state.playback.value?.loop_range !== undefined;
  const from = loops || app.loopFromS.value !== undefined;
  return (
    <>
      <button
        type="button"
        class="icon ab"
        disabled={!able}
        aria-pressed={from}
        onClick={() => (from ? app.endLoopRange() : app.loopFrom())}
        aria-label={from ? mediaWords.loopOff : mediaWords.loopFrom}
        title={from ? `${mediaWords.loopOff} (x)` : `${mediaWords.loopFrom} (a)`}
        data-testid="loop-a"
      >
        A
      </button>
      <button
        type="button"
        class="icon ab"
        disabled={!able || !from}
        aria-pressed={loops}
        onClick={() => (loops ? app.endLoopRange() : app.loopTo())}
        aria-label={loops ? mediaWords.loopOff : mediaWords.loopTo}
        title={loops ? `${mediaWords.loopOff} (x)` : `${mediaWords.loopTo} (b)`}
        data-testid="loop-b"
      >
        B
      </button>
    </>
  );
}

function RateSelect({ app, able }: { readonly app: App; readonly able: boolean }): JSX.Element {
  const rate = useComputed(() => app.state.playback.value?.rate ?? 1);
  const offered = RATES.includes(rate.value) ? RATES : [...RATES, rate.value].sort((a, b) => a - b);
  return (
    <label class="rate">
      <span>{words.transport.rate}</span>
      <select
        data-testid="rate"
        disabled={!able}
        value={String(rate.value)}
        onChange={(event) => {
          app.setRate(Number(event.currentTarget.value));
          event.currentTarget.blur(); // the arrow keys belong to the player again
        }}
      >
        {offered.map((value) => (
          <option key={value} value={String(value)}>
            {rateText(value)}
          </option>
        ))}
      </select>
    </label>
  );
}
