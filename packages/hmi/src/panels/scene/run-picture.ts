import { effect } from "@preact/signals";
import type { App } from "../../app.ts";
import { LocalOrigin } from "../../motion/local-origin.ts";
import type { TimedPose } from "../../motion/pose-track.ts";
import type { Trajectory } from "../../protocol/bridge.ts";
import { Map2d } from "../../scene/map-2d.ts";
import { Scene3d } from "../../scene/scene-3d.ts";
import type { Picture, View } from "../../scene/view.ts";
import { signals } from "../../text/modes.ts";
import { followPointer } from "./pointer.ts";

/** Lincoln's brake reports 14.5 % while nobody touches it (brake_deadzone of mkz_config): below, the car must slow down too. */
const BRAKE_CERTAIN_PERCENT = 16;
const BRAKE_PERCENT = 2;
/** A plan that begins farther away is not in the picture: it is of another map or another drive. */
const FAR_M = 2000;
const SLOWING_MPS2 = -0.4;

/** Draws the world into the canvas with every frame of the screen until the returned function is called. */
export function runPicture(
  app: App,
  canvas: HTMLCanvasElement,
  legend: HTMLElement,
  onFlat: (flat: boolean) => void,
  onFarPlan: (distance: string) => void,
): () => void {
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
  const draw = (nowMs: number): void => view.draw(pictureOf(app, origin, pose, nowMs), nowMs);

  let request = 0;
  let shownScale = "";
  let measured = false;
  const loop = (nowMs: number): void => {
    request = requestAnimationFrame(loop); // the browser stops calling while the page is hidden
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
  return {
    pose: known ? pose : undefined,
    origin,
    trail: state.trail,
    trajectory: state.trajectory,
    trajectoryRevision: state.trajectoryRevision,
    obstacles: state.obstacles,
    steeringPercent: chassis?.steering_percent ?? 0,
    braking: brakePercent > BRAKE_CERTAIN_PERCENT || (brakePercent > BRAKE_PERCENT && slowing),
    reversing: /REVERSE|^R$/.test(chassis?.gear ?? ""),
    left,
    right,
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
