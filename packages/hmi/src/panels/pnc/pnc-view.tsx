import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../../app.ts";
import { worldWords } from "../../text/world-words.ts";
import { Icon } from "../icon.tsx";
import { useReturnFocus } from "../keys/return-focus.ts";
import { Chart } from "../plots/chart.ts";
import { MONITOR_PLOTS } from "./monitor-plots.ts";
import { plannedCurve } from "./plan-curves.ts";
import "./pnc.css";
import { TrajectoryPlot } from "./trajectory-plot.ts";

const DRAW_EVERY_MS = 66;
/** Plans reach into the future. */
const AHEAD_S = 6;
const words = worldWords.pnc;
const PLANNED = ["speed", "acceleration", "curvature"] as const;

/** Planning and control against time: plan, target and what the car does, with one crosshair through all of it. */
export default function PncView({ app }: { readonly app: App }): JSX.Element {
  const root = useRef<HTMLElement>(null);
  useReturnFocus();
  useEffect(() => {
    const { state, dreamview } = app;
    const store = state.monitor;
    const figure = (id: string): HTMLElement => root.current!.querySelector<HTMLElement>(`[data-plot="${id}"]`)!;
    const charts = MONITOR_PLOTS.map((kind) => {
      const planned = PLANNED.find((id) => id === kind.id);
      return new Chart(kind, store.buffers.get(kind.id)!, figure(kind.id), {
        startS: () => state.playback.value?.start_s ?? 0,
        isLast: true,
        aheadS: AHEAD_S,
        ...(planned === undefined ? {} : { plan: () => plannedCurve(state.trajectory, planned) }),
        onPoint: (timeS) => (dreamview.pointedS.value = timeS),
        onChoose: (timeS) => app.seek(timeS),
      });
    });
    const path = new TrajectoryPlot(figure("trajectory").querySelector("canvas")!, state);
    let request = 0;
    let drawnAtMs = 0;
    const loop = (nowMs: number): void => {
      request = requestAnimationFrame(loop);
      if (nowMs - drawnAtMs < DRAW_EVERY_MS) return;
      drawnAtMs = nowMs;
      for (const chart of charts) chart.draw(store.newestS);
      path.draw(nowMs, dreamview.pointedS.peek());
    };
    request = requestAnimationFrame(loop);
    const stopTheme = app.theme.subscribe(() => charts.forEach((chart) => chart.restyle()));
    const stopPoint = dreamview.pointedS.subscribe((timeS) => {
      if (root.current?.matches(":hover") !== true) for (const chart of charts) chart.point(timeS);
    });
    root.current!.querySelector<HTMLElement>("button")!.focus();
    return () => {
      cancelAnimationFrame(request);
      stopTheme();
      stopPoint();
      dreamview.pointedS.value = undefined;
      for (const chart of charts) chart.dispose();
    };
  }, [app]);
  return (
    <section class="pnc" ref={root} aria-label={words.label} data-testid="pnc">
      <header>
        <h2>{words.button}</h2>
        <Legend />
        <p>{words.hint}</p>
        <button
          type="button"
          class="icon"
          onClick={() => (app.dreamview.monitorShown.value = false)}
          aria-label={words.close}
          data-testid="pnc-close"
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="pnc-plots plots">
        <figure class="panel trajectory" data-plot="trajectory" data-testid="pnc-trajectory">
          <figcaption>
            <span class="label">
              {words.trajectory} <small>m</small>
            </span>
          </figcaption>
          <canvas role="img" aria-label={words.trajectory} />
        </figure>
        {MONITOR_PLOTS.map((kind) => (
          <figure class="panel" data-plot={kind.id} key={kind.id} data-testid={`pnc-${kind.id}`}>
            <figcaption>
              <span class="label">
                {words[kind.id]} <small>{kind.unit}</small>
              </span>
              {kind.curves.map((curve) => (
                <span class="reading" key={curve.id} data-curve={curve.id} hidden>
                  <i class={curve.dashed === true ? "dashed" : ""} style={{ color: `var(${curve.colour})` }} />
                  <small>{nameOf(curve.id)}</small>
                  <b />
                </span>
              ))}
            </figcaption>
            <div class="chart" />
          </figure>
        ))}
      </div>
    </section>
  );
}

function Legend(): JSX.Element {
  return (
    <p class="pnc-legend">
      <i class="plan" /> {words.plan} <i class="target" /> {words.target} <i class="real" /> {words.real}
    </p>
  );
}

/** Errors have one curve and need no name beside their title. */
function nameOf(id: string): string {
  if (id.endsWith("_target")) return words.target;
  const source = /^(planning|control|localization)_/.exec(id)?.[1] as
    | "planning"
    | "control"
    | "localization"
    | undefined;
  if (source !== undefined) return words[source];
  return id.endsWith("_error") ? "" : words.real;
}
