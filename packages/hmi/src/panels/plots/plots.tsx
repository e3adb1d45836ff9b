import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../../app.ts";
import { words } from "../../text/words.ts";
import { Chart } from "./chart.ts";
import { PLOTS } from "./plot-store.ts";

/** Draws are at most this often; the eye reads a moving line no faster. */
const DRAW_EVERY_MS = 50;

const DAY_S = 86_400;

/** The plots under one another, with one crosshair through all of them. */
export function PlotsPanel({ app }: { readonly app: App }): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const store = app.state.plots;
    // From the recording's beginning; on a live bus the time of day.
    const startS = (): number => {
      const recordedS = app.state.playback.value?.start_s ?? 0;
      return recordedS > 0 ? recordedS : Math.floor(app.state.busTimeS.value / DAY_S) * DAY_S;
    };
    const charts = PLOTS.map((kind, i) => {
      const figure = root.current!.querySelector<HTMLElement>(`[data-plot="${kind.id}"]`)!;
      return new Chart(kind, store.buffers.get(kind.id)!, figure, {
        startS,
        isLast: i === PLOTS.length - 1,
        onPoint: (timeS) => (app.dreamview.pointedS.value = timeS),
      });
    });
    let request = 0;
    let drawnAtMs = 0;
    let drawnRevision = -1;
    const loop = (nowMs: number): void => {
      request = requestAnimationFrame(loop);
      if (app.dreamview.monitorShown.peek()) return; // the monitor covers them
      if (nowMs - drawnAtMs < DRAW_EVERY_MS || store.revision === drawnRevision) return;
      drawnAtMs = nowMs;
      drawnRevision = store.revision;
      const endS = store.newestS;
      for (const chart of charts) chart.draw(endS);
    };
    request = requestAnimationFrame(loop);
    const stopTheme = app.theme.subscribe(() => charts.forEach((chart) => chart.restyle()));
    return () => {
      cancelAnimationFrame(request);
      stopTheme();
      for (const chart of charts) chart.dispose();
    };
  }, [app]);
  return (
    <section class="plots panel" aria-label={words.plots.label} data-testid="plots" ref={root}>
      {PLOTS.map((kind) => (
        <Figure kind={kind} key={kind.id} />
      ))}
    </section>
  );
}

function Figure({ kind }: { readonly kind: (typeof PLOTS)[number] }): JSX.Element {
  return (
    <figure data-plot={kind.id} data-testid={`plot-${kind.id}`}>
      <figcaption>
        <span class="label">
          {words.plots[kind.id]} <small>{kind.unit}</small>
        </span>
        {kind.curves.map((curve) => (
          <span class="reading" key={curve.id} data-curve={curve.id} hidden>
            <i class={curve.dashed === true ? "dashed" : ""} style={{ color: `var(${curve.colour})` }} />
            {curve.id in words.plots ? <small>{words.plots[curve.id as keyof typeof words.plots]}</small> : null}
            <b />
          </span>
        ))}
      </figcaption>
      <div class="chart" />
    </figure>
  );
}
