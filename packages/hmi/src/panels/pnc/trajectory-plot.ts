import { planAt } from "../../motion/plan-target.ts";
import type { PageState } from "../../state/page.ts";
import { roundStep } from "../plots/axis.ts";
import { fitted } from "./plan-curves.ts";

const PAST_S = 30;

/** Plan, target and real path over the ground, in one scale, north up. */
export class TrajectoryPlot {
  readonly #canvas: HTMLCanvasElement;
  readonly #state: PageState;

  constructor(canvas: HTMLCanvasElement, state: PageState) {
    this.#canvas = canvas;
    this.#state = state;
  }

  /** `pointedS`: a moment to mark on the real path. */
  draw(nowMs: number, pointedS: number | undefined): void {
    const ratio = devicePixelRatio || 1;
    const canvas = this.#canvas;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.clearRect(0, 0, width, height);
    const { trail, trajectory, track, playhead } = this.#state;
    const timeS = playhead.at(nowMs);
    const to = trail.countUntil(timeS);
    const from = trail.countUntil(timeS - PAST_S);
    const real = { x: [...trail.x.subarray(from, to)], y: [...trail.y.subarray(from, to)] };
    const car = { timeS: 0, x: 0, y: 0, heading: 0, speedMps: 0 };
    if (track.sample(timeS, car)) {
      real.x.push(car.x);
      real.y.push(car.y);
    }
    const plan = trajectory === undefined ? { x: [], y: [] } : trajectory;
    const fit = fitted([...real.x, ...plan.x], [...real.y, ...plan.y], width, height, 10);
    if (fit === undefined) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const toX = (x: number): number => width / 2 + (x - fit.middleX) * fit.scale;
    const toY = (y: number): number => height / 2 - (y - fit.middleY) * fit.scale;
    const line = (x: readonly number[], y: readonly number[], name: string, wide: number): void => {
      context.beginPath();
      for (let i = 0; i < Math.min(x.length, y.length); i++) context.lineTo(toX(x[i]!), toY(y[i]!));
      context.strokeStyle = colour(name);
      context.lineWidth = wide * ratio;
      context.stroke();
    };
    const dot = (x: number, y: number, name: string, radius: number, filled: boolean): void => {
      context.beginPath();
      context.arc(toX(x), toY(y), radius * ratio, 0, 2 * Math.PI);
      context.lineWidth = 2 * ratio;
      if (filled) context.fillStyle = colour(name);
      else context.strokeStyle = colour(name);
      if (filled) context.fill();
      else context.stroke();
    };
    this.#grid(context, fit.scale, toX, toY, fit, colour("--line"), ratio);
    line(plan.x, plan.y, "--faint", 4);
    line(real.x, real.y, "--blue", 1.8);
    const target = trajectory === undefined ? undefined : planAt(trajectory, timeS);
    if (target !== undefined) dot(target.x, target.y, "--orange", 6, false);
    if (real.x.length > 0) dot(real.x.at(-1)!, real.y.at(-1)!, "--blue", 4, true);
    if (pointedS === undefined) return;
    const at = trail.countUntil(pointedS) - 1;
    if (at >= from && at < to) dot(trail.x[at]!, trail.y[at]!, "--text", 5, false);
  }

  #grid(
    context: CanvasRenderingContext2D,
    scale: number,
    toX: (x: number) => number,
    toY: (y: number) => number,
    fit: { readonly middleX: number; readonly middleY: number },
    colour: string,
    ratio: number,
  ): void {
    const { width, height } = context.canvas;
    const step = roundStep((70 * ratio) / scale);
    context.strokeStyle = colour;
    context.lineWidth = ratio;
    context.beginPath();
    const [left, low] = [fit.middleX - width / 2 / scale, fit.middleY - height / 2 / scale];
    for (let x = Math.ceil(left / step) * step; toX(x) < width; x += step) {
      context.moveTo(toX(x), 0);
      context.lineTo(toX(x), height);
    }
    for (let y = Math.ceil(low / step) * step; toY(y) > 0; y += step) {
      context.moveTo(0, toY(y));
      context.lineTo(width, toY(y));
    }
    context.stroke();
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--faint").trim();
    context.font = `${10 * ratio}px sans-serif`;
    context.fillText(`${step} m`, 8 * ratio, height - 8 * ratio);
  }
}
