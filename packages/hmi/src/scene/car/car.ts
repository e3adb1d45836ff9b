import { Color, Group, Matrix4, Mesh } from "three";
import { turn } from "../../motion/pose-track.ts";
import type { SceneTheme } from "../theme.ts";
import { type Detail, WHEEL_RADIUS_M } from "./body-surface.ts";
import { GroundLight } from "./ground-light.ts";
import { carGeometry } from "./model.ts";
import { CarPaint } from "./paint.ts";
import { studioReflections } from "./reflections.ts";
import { type CarShape, isTall, MKZ } from "./shape.ts";

/** A wheel's middle lies so far inside the widest place, of the width: a sedan's mirrors count in it, the MKZ's track is 1.6 m. */
const SEDAN_INSIDE = 0.255 / 2.11;
const SHUTTLE_INSIDE = 0.065;
const BLINK_S = 0.72;
const AMBER_ON = new Color(1, 0.5, 0.02);
const AMBER_OFF = new Color(0.16, 0.07, 0.02);

export interface CarState {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  readonly steeringPercent: number;
  readonly braking: boolean;
  readonly reversing: boolean;
  readonly left: boolean;
  readonly right: boolean;
}

/** The own car, made from formulas; no model file. Rear axle at the group's origin, nose along +x. */
export class Car {
  readonly group = new Group();
  readonly #paint = new CarPaint();
  readonly #ground = new GroundLight();
  readonly #turned = new Matrix4();
  readonly #scaled = new Matrix4();
  readonly #body: Mesh;
  readonly #detail: Detail;
  #shape: CarShape = MKZ;
  #theme: SceneTheme;
  #rolledRad = 0;
  #last: { x: number; y: number; heading: number } | undefined;
  #brakeLevel = 0;
  #signature = "";
  #blinking = 0;

  constructor(theme: SceneTheme, detail: Detail) {
    this.#theme = theme;
    this.#detail = detail;
    this.#body = new Mesh(carGeometry(detail), this.#paint.material);
    this.group.add(this.#body, this.#ground.mesh);
    this.restyle(theme);
  }

  /** Another car. */
  reshape(shape: CarShape): void {
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#body.geometry.dispose();
    this.#body.geometry = carGeometry(this.#detail, shape);
    this.#ground.fit(shape);
  }

  restyle(theme: SceneTheme): void {
    this.#theme = theme;
    this.#paint.tint("paint").set(theme.car);
    const reflections = studioReflections(theme.reflectedHorizon, theme.reflectedSky);
    this.#paint.light(theme.ambient, theme.sun, theme.fill, reflections);
    this.#paint.glow("head").set(theme.night ? 0xf2f8ff : 0xb9c6d0);
  }

  /** Moves the car to a local position. `wallS` drives what blinks and fades. */
  update(state: CarState, wallS: number, elapsedS: number): void {
    this.group.position.set(state.x, state.y, 0);
    this.group.rotation.z = state.heading;
    this.#roll(state);
    const steeredRad = (state.steeringPercent / 100) * this.#shape.wheelLockRad;
    this.#wheel("front-left", this.#shape.wheelbaseM, 1, steeredRad);
    this.#wheel("front-right", this.#shape.wheelbaseM, -1, steeredRad);
    this.#wheel("rear-left", 0, 1, 0);
    this.#wheel("rear-right", 0, -1, 0);

    this.#brakeLevel += ((state.braking ? 1 : 0) - this.#brakeLevel) * (1 - Math.exp(-elapsedS / 0.05));
    const on = wallS % BLINK_S < BLINK_S / 2;
    const { night, shadow } = this.#theme;
    this.#paint.glow("brake").setRGB(0.1 + 0.9 * this.#brakeLevel, 0.004 + 0.045 * this.#brakeLevel, 0.01);
    this.#paint.glow("tail").setRGB(0.24 + 0.4 * this.#brakeLevel, 0.008, 0.014);
    this.#paint.glow("left").copy(state.left && on ? AMBER_ON : AMBER_OFF);
    this.#paint.glow("right").copy(state.right && on ? AMBER_ON : AMBER_OFF);
    this.#paint.glow("reverse").setScalar(state.reversing ? 0.95 : 0.16);
    this.#ground.set(shadow, night ? 1 : 0, night ? this.#brakeLevel : 0);
    this.#blinking = (state.left && on ? 1 : 0) + (state.right && on ? 2 : 0);
    this.#signature = `${state.steeringPercent.toFixed(1)} ${this.#brakeLevel.toFixed(3)} ${state.reversing}`;
  }

  /** Which blinkers shine now. They alone are no movement: a standing car blinks in a picture that stands still. */
  get blinking(): number {
    return this.#blinking;
  }

  /** Changes when the car looks different in its own frame, but for what blinks. */
  get signature(): string {
    return this.#signature;
  }

  #roll(state: CarState): void {
    const last = this.#last;
    this.#last = { x: state.x, y: state.y, heading: state.heading };
    if (last === undefined) return;
    const heading = last.heading + turn(last.heading, state.heading) / 2;
    const ahead = (state.x - last.x) * Math.cos(heading) + (state.y - last.y) * Math.sin(heading);
    if (Math.abs(ahead) > 10) return; // a new place or a new origin, not a movement
    this.#rolledRad = (this.#rolledRad + ahead / this.#shape.wheelRadiusM) % (2 * Math.PI);
  }

  #wheel(
    part: "front-left" | "front-right" | "rear-left" | "rear-right",
    x: number,
    side: 1 | -1,
    steeredRad: number,
  ): void {
    const { widthM, wheelRadiusM } = this.#shape;
    const inside = isTall(this.#shape) ? SHUTTLE_INSIDE : SEDAN_INSIDE;
    const size = wheelRadiusM / WHEEL_RADIUS_M;
    this.#paint
      .part(part)
      .makeRotationZ(steeredRad)
      .multiply(this.#turned.makeRotationY(this.#rolledRad))
      .multiply(this.#scaled.makeScale(size, 1, size))
      .setPosition(x, side * widthM * (0.5 - inside), wheelRadiusM);
  }
}
