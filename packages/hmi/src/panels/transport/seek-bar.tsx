import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../../app.ts";
import { clock } from "../../text/format.ts";
import { words } from "../../text/words.ts";
import { drawDensity } from "./density.ts";
import { LoopBand, Marks } from "./marks.tsx";

const STEPS = 10_000;
/** While a person drags, at most so many seeks are sent. */
const SEEK_EVERY_MS = 60;

/** The whole recording on one line, with every topic's messages behind it. */
export function SeekBar({ app, able }: { readonly app: App; readonly able: boolean }): JSX.Element {
  const { state } = app;
  const canvas = useRef<HTMLCanvasElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const dragging = useRef(false);
  const sentAtMs = useRef(0);
  const hover = useSignal<{ readonly part: number } | undefined>(undefined);

  const range = useComputed(() => {
    const playback = state.playback.value;
    return playback === undefined
      ? { start: 0, span: 0 }
      : { start: playback.start_s, span: playback.end_s - playback.start_s };
  });
  const part = useComputed(() => {
    const { start, span } = range.value;
    const position = state.playback.value?.position_s ?? start;
    return span > 0 ? Math.min(1, Math.max(0, (position - start) / span)) : 0;
  });

  useEffect(
    () =>
      part.subscribe((value) => {
        const element = input.current;
        if (element === null) return;
        if (!dragging.current) element.value = String(Math.round(value * STEPS));
        element.style.setProperty("--part", value.toFixed(5));
        element.setAttribute("aria-valuetext", clock(value * range.value.span, 1));
      }),
    [part, range],
  );

  const mark = useRef<HTMLElement>(null);
  const { pointedS } = app.dreamview;
  useEffect(
    () =>
      pointedS.subscribe((timeS) => {
        const { start, span } = range.peek();
        const at = timeS === undefined || span <= 0 ? -1 : (timeS - start) / span;
        if (mark.current === null) return;
        mark.current.hidden = !(at >= 0 && at <= 1);
        mark.current.style.setProperty("left", `${(at * 100).toFixed(3)}%`);
      }),
    [pointedS, range],
  );

  const density = state.density.value;
  const theme = app.theme.value;
  useEffect(() => {
    const element = canvas.current;
    if (element === null || density === undefined) return undefined;
    const draw = (): void => drawDensity(element, density, getComputedStyle(element).color);
    const resized = new ResizeObserver(draw);
    resized.observe(element);
    return () => resized.disconnect();
  }, [density, theme]);

  const seek = (value: number, final: boolean): void => {
    const nowMs = performance.now();
    if (!final && nowMs - sentAtMs.current < SEEK_EVERY_MS) return;
    sentAtMs.current = nowMs;
    app.seek(range.value.start + (value / STEPS) * range.value.span);
  };
  const point = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    hover.value = { part: at };
    pointedS.value = range.peek().start + at * range.peek().span;
  };
  const leave = (): void => {
    hover.value = undefined;
    pointedS.value = undefined;
  };

  return (
    <div class="seek" onPointerMove={point} onPointerLeave={leave}>
      <canvas ref={canvas} aria-hidden="true" data-testid="density" />
      <input
        ref={input}
        type="range"
        data-testid="seek"
        aria-label={words.transport.seek}
        min={0}
        max={STEPS}
        step={1}
        disabled={!able}
        onPointerDown={() => (dragging.current = true)}
        onInput={(event) => seek(Number(event.currentTarget.value), !dragging.current)}
        onChange={(event) => {
          dragging.current = false;
          seek(Number(event.currentTarget.value), true);
          event.currentTarget.blur(); // the arrow keys step messages again
        }}
        onPointerCancel={() => (dragging.current = false)}
      />
      <LoopBand app={app} range={range} />
      <Marks app={app} range={range} />
      <i ref={mark} class="pointed" aria-hidden="true" data-testid="seek-pointed" hidden />
      {hover.value === undefined ? null : (
        <output style={{ left: `${(hover.value.part * 100).toFixed(3)}%` }}>
          {clock(hover.value.part * range.value.span, 1)}
        </output>
      )}
    </div>
  );
}
