import { angleDifference } from "@delos/math";

/** Below this speed a direction of motion says nothing. */
export const MOVING_MPS = 1;
const AGREES_RAD = Math.PI / 4;
const REVERSES_RAD = (3 * Math.PI) / 4;
/** So many poses in a row must speak against what is believed. */
const VOTES = 5;

type Trust = "x" | "y" | "motion";

/**
 * Which axis of a source's orientations points forward. Formats say which it should be; recordings disagree (the frames of
 * aviation in a message of Apollo's, cameras that look along z). So the direction of motion decides, when there is some:
 * an axis that points where the car goes, or backwards as in reverse gear; if none does, the motion itself is the heading.
 */
export class HeadingChoice {
  readonly #usual: "x" | "y";
  #trust: Trust;
  #against = 0;

  constructor(usual: "x" | "y") {
    this.#usual = usual;
    this.#trust = usual;
  }

  /** `headings`: of the body axes x and y. `motionRad`: direction of motion, undefined when it hardly moves. */
  choose(headings: { readonly x: number; readonly y: number }, motionRad: number | undefined): number | undefined {
    if (motionRad !== undefined) this.#vote(headings, motionRad);
    return this.#trust === "motion" ? motionRad : headings[this.#trust];
  }

  get axis(): "x" | "y" | undefined {
    return this.#trust === "motion" ? undefined : this.#trust;
  }

  #vote(headings: { readonly x: number; readonly y: number }, motionRad: number): void {
    const wanted = this.#wanted(headings, motionRad);
    if (wanted === this.#trust) {
      this.#against = 0;
      return;
    }
    if (++this.#against < VOTES) return;
    this.#trust = wanted;
    this.#against = 0;
  }

  #wanted(headings: { readonly x: number; readonly y: number }, motionRad: number): Trust {
    const off = (axis: "x" | "y"): number => Math.abs(angleDifference(headings[axis], motionRad));
    const other = this.#usual === "x" ? "y" : "x";
    if (off(this.#usual) < AGREES_RAD) return this.#usual;
    if (off(other) < AGREES_RAD) return other;
    if (off(this.#usual) > REVERSES_RAD) return this.#usual;
    return off(other) > REVERSES_RAD ? other : "motion";
  }
}
