import { effect } from "@preact/signals";
import type { App } from "../../app.ts";
import { LocalOrigin } from "../../motion/local-origin.ts";
import { offsetFrom, type PlanOffset, planAt } from "../../motion/plan-target.ts";
import type { TimedPose } from "../../motion/pose-track.ts";
import type { Trajectory } from "../../protocol/bridge.ts";
import { Map2d } from "../../scene/map-2d.ts";
import { Scene3d } from "../../scene/scene-3d.ts";
import type { Picture, View } from "../../scene/view.ts";
import { fixed, metres } from "../../text/format.ts";
import { signals } from "../../text/modes.ts";
import { followPointer } from "./pointer.ts";

/** A brake reports something while nobody touches it, Lincoln's 14.5 %: below this, the car must slow down too. */
const BRAKE_REST_PERCENT = 15.5;
const BRAKE_BEYOND_REST_PERCENT = 0.5;
const BRAKE_PERCENT = 2;
/** A plan that begins farther away is not in the picture: it is of another map or another drive. */
const FAR_M = 2000;
const SLOWING_MPS2 = -0.4;
const OFFSET_EVERY_MS = 100;
/** How far ahead longitudinal control looks unless the vehicle says: preview_window × ts of Apollo's lincoln.pb.txt. */
const PREVIEW_S = 0.2;

/** Draws the world into the canvas with every frame of the screen until the returned function is called. */
export function runPicture(
  app: App,
  canvas: HTMLCanvasElement,
  overlays: { readonly legend: HTMLElement; readonly offset: HTMLElement },
  onFlat: (flat: boolean) => void,
  onFarPlan: (distance: string) => void,
): () => void {
  const { legend } = overlays;
  const showOffset = offsetWriter(overlays.offset);
  const view = makeView(canvas, app.state.trail.capacity);
  app.view = view;
  onFlat(view.kind === "2d");
  const stopPointer = followPointer(canvas, app);
  const stopTheme = effect(() => view.setNight(app.theme.value === "dark"));

  const resized = new ResizeObserver(([entry]) => {
    view.resize(entry!.contentRect.width, entry!.contentRect.height);
    draw(performance.now()); // at once: a resized canvas is empty until it is drawn
  });

  const origin = new LocalOrigin();
  const pose: TimedPose = { timeS: 0, x: 0, y: 0, heading: 0, speedMps: 0 };
  const draw = (nowMs: number): void => {
    const picture = pictureOf(app, origin, pose, nowMs);
    view.draw(picture, nowMs);
    showOffset(picture.layers.errors ? picture.offset : undefined, nowMs);
  };

  let request = 0;
  let shownScale = "";
  let measured = false;
  const loop = (nowMs: number): void => {
    request = requestAnimationFrame(loop); // the browser stops calling while the page is hidden
    if (app.dreamview.monitorShown.peek()) return; // the monitor covers it
    draw(nowMs);
    if (!measured && app.state.track.length > 0) {
      measured = true;
      performance.mark("delos.first-picture"); // read by dev/measure.ts, and in the browser's own tools
    }
    const away = distanceToPlan(app.state.trajectory, pose);
    const far = away > FAR_M;
    const scale = Number.isNaN(away) || far ? "" : `${view.fastestMps} m/s`;
    if (scale !== shownScale) {
      shownScale = scale;
      legend.hidden = scale === "";
      legend.querySelector(".most")!.textContent = scale;
    }
    onFarPlan(far ? `${(away / 1000).toPrecision(2)} km` : "");
  };
  resized.observe(canvas);
  request = requestAnimationFrame(loop);

  return () => {
    cancelAnimationFrame(request);
    resized.disconnect();
    stopPointer();
    stopTheme();
    view.dispose();
    app.view = undefined;
  };
}

function pictureOf(app: App, origin: LocalOrigin, pose: TimedPose, nowMs: number): Picture {
  const { state } = app;
  const known = state.track.sample(state.playhead.at(nowMs), pose);
  if (known) origin.follow(pose.x, pose.y);
  const chassis = state.newest?.chassis;
  const { left, right } = signals(chassis?.signal);
  const brakePercent = chassis?.brake_percent ?? 0;
  const slowing = (state.newest?.pose?.acceleration_mps2 ?? 0) < SLOWING_MPS2;
  const { surroundings, trajectory } = state;
  const vehicle = state.operation.peek()?.vehicle;
  const braked = (vehicle?.brake_rest_percent ?? BRAKE_REST_PERCENT) + BRAKE_BEYOND_REST_PERCENT;
  const layers = app.dreamview.layers.peek();
  const near =
    known && trajectory !== undefined && !(distanceToPlan(trajectory, pose) > FAR_M) ? trajectory : undefined;
  return {
    layers,
    tiles: surroundings.tiles,
    tilesRevision: surroundings.tilesRevision,
    predictions: surroundings.predictions,
    cloud: surroundings.cloud,
    spread: state.newest?.pose?.spread,
    target: near === undefined ? undefined : planAt(near, pose.timeS),
    preview: near === undefined ? undefined : planAt(near, pose.timeS + (vehicle?.preview_s ?? PREVIEW_S)),
    offset: near === undefined ? undefined : offsetFrom(near, pose),
    ghosts: app.media.ghosts(pose.timeS),
    measured: app.dreamview.measured.peek(),
    pose: known ? pose : undefined,
    origin,
    trail: state.trail,
    trajectory: state.trajectory,
    trajectoryRevision: state.trajectoryRevision,
    obstacles: state.obstacles,
    shape: state.shape.peek(),
    steeringPercent: chassis?.steering_percent ?? 0,
    braking: brakePercent > braked || (brakePercent > BRAKE_PERCENT && slowing),
    reversing: /REVERSE|^R$/.test(chassis?.gear ?? ""),
    left,
    right,
  };
}

/** Writes the numbers at reading speed, and only those that have changed. */
function offsetWriter(element: HTMLElement): (offset: PlanOffset | undefined, nowMs: number) => void {
  const [lateral, heading] = [...element.querySelectorAll("b")];
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  const shown = ["", ""];
  const write = (at: HTMLElement | undefined, i: 0 | 1, text: string): void => {
    if (at !== undefined && shown[i] !== text) at.textContent = shown[i] = text;
  };
  return (offset, nowMs) => {
    if (element.hidden !== (offset === undefined)) element.hidden = offset === undefined;
    if (offset === undefined || nowMs - writtenAtMs < OFFSET_EVERY_MS) return;
    writtenAtMs = nowMs;
    write(lateral, 0, metres(offset.lateralM, 2));
    write(heading, 1, `${fixed((offset.headingRad * 180) / Math.PI, 1)}°`);
  };
}

/** Metres from the car to where its plan begins; NaN without a plan. */
function distanceToPlan(trajectory: Trajectory | undefined, pose: TimedPose): number {
  const [x, y] = [trajectory?.x[0], trajectory?.y[0]];
  return x === undefined || y === undefined ? Number.NaN : Math.hypot(x - pose.x, y - pose.y);
}

function makeView(canvas: HTMLCanvasElement, trailCapacity: number): View {
  try {
    return new Scene3d(canvas, trailCapacity);
  } catch {
    return new Map2d(canvas); // no WebGL; three.js has already written why to the browser's console
  }
}
