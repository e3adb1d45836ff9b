import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../../app.ts";
import { speedGradient } from "../../scene/speed-colours.ts";
import { words } from "../../text/words.ts";
import { worldWords } from "../../text/world-words.ts";
import { Cameras } from "./cameras.tsx";
import { Notifications } from "./notifications.tsx";
import { runPicture } from "./run-picture.ts";
import "./scene.css";
import { SceneTools } from "./scene-tools.tsx";

/** The picture with what lies over it: cameras, colour scale, and what to say when there is nothing to see. */
export function ScenePanel({ app }: { readonly app: App }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const legend = useRef<HTMLElement>(null);
  const offset = useRef<HTMLParagraphElement>(null);
  const [flat, setFlat] = useState(false);
  const [farPlan, setFarPlan] = useState("");
  useEffect(() => {
    if (canvas.current === null) return undefined;
    return runPicture(app, canvas.current, { legend: legend.current!, offset: offset.current! }, setFlat, setFarPlan);
  }, [app]);
  const { state } = app;
  const waiting = useComputed(() => state.pose.value === undefined && state.connection.value.kind === "open");
  const lost = useComputed(
    () =>
      state.connection.value.kind === "lost" ||
      (state.connection.value.kind === "connecting" && state.hello.value !== undefined),
  );
  return (
    <section class={app.dreamview.measuring.value ? "scene measuring" : "scene"} aria-label={words.scene.label}>
      <canvas ref={canvas} data-testid="scene" role="img" aria-label={words.scene.label} />
      <Cameras app={app} />
      <SceneTools app={app} />
      <figure class="legend" ref={legend} data-testid="legend" hidden>
        <i style={{ background: speedGradient() }} />
        <figcaption>
          <span>0</span>
          <span>{words.scene.legend}</span>
          <span class="most" />
        </figcaption>
      </figure>
      <p class="offset" ref={offset} data-testid="plan-offset" aria-label={worldWords.errors.label} hidden>
        <span>
          {worldWords.errors.lateral} <b />
        </span>
        <span>
          {worldWords.errors.heading} <b />
        </span>
      </p>
      <Notifications state={app.state} />
      {flat ? <p class="flat-note">{words.overlay.noWebgl}</p> : null}
      {farPlan === "" ? null : (
        <p class="far-plan" data-testid="far-plan">
          {words.overlay.farPlan} {farPlan}
        </p>
      )}
      {waiting.value ? (
        <div class="overlay quiet">
          <h2>{words.overlay.waiting}</h2>
          <p>{words.overlay.waitingMore}</p>
        </div>
      ) : null}
      {lost.value ? (
        <div class="overlay" role="alert" data-testid="disconnected">
          <h2>{words.overlay.lost}</h2>
          <p>{words.overlay.retry}</p>
          <button type="button" onClick={() => app.connection.retryNow()}>
            {words.overlay.now}
          </button>
        </div>
      ) : null}
    </section>
  );
}
