import { Bicycle, type BicycleParameters, type CanPort, type PedalMap } from "@delos/vehicle";
import { decodeCommand, encodeReport, type KartCommand } from "./kart-can.ts";

/** Geometry, masses and tyres: what `kart.pb.txt` says to the controller, here for the kart itself. */
const KART: BicycleParameters = {
  wheelbaseM: 1.2,
  lfM: 0.66,
  lrM: 0.54,
  massKg: 200,
  izKgM2: 71.3,
  cfNprad: 22000,
  crNprad: 22000,
  maxSideForceN: 900,
};
/** Turning the front wheels from lock to lock takes a second. */
const STEER_DEGPS = 60;
/** Silence after which the kart brakes by itself, s. */
const SILENCE_S = 0.1;
const STEP_S = 0.005;

/** A simulated kart on its CAN bus. Call `step` every 5 ms. */
export class Kart {
  readonly bicycle: Bicycle;
  readonly #port: CanPort;
  readonly #pedals: PedalMap;
  #command: KartCommand = { enable: false, throttlePercent: 0, brakePercent: 50, wheelDeg: 0 };
  #heardS = Number.NEGATIVE_INFINITY;
  #wheelDeg = 0;
  #nowS = 0;

  constructor(port: CanPort, pedals: PedalMap, xM: number, yM: number, headingRad: number) {
    this.bicycle = new Bicycle(xM, yM, headingRad, KART);
    this.#port = port;
    this.#pedals = pedals;
    port.onFrame((frame) => {
      const command = decodeCommand(frame);
      if (command === undefined) return;
      this.#command = command;
      this.#heardS = this.#nowS;
    });
  }

  step(nowS: number): void {
    this.#nowS = nowS;
    const obeys = this.#command.enable && nowS - this.#heardS <= SILENCE_S;
    const { throttlePercent, brakePercent, wheelDeg } = this.#command;
    const turn = Math.min(Math.abs(wheelDeg - this.#wheelDeg), STEER_DEGPS * STEP_S);
    if (obeys) this.#wheelDeg += Math.sign(wheelDeg - this.#wheelDeg) * turn;
    const pedal = obeys ? (brakePercent > 0 ? -brakePercent : throttlePercent) : -50;
    const { bicycle } = this;
    bicycle.step(STEP_S, (this.#wheelDeg * Math.PI) / 180, this.#pedals.accelerationAt(bicycle.speedMps, pedal));
    this.#port.send(encodeReport({ enabled: obeys, wheelDeg: this.#wheelDeg, speedMps: bicycle.speedMps }));
  }
}
