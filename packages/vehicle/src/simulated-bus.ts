import type { CanFrame, CanPort } from "./can-frame.ts";

/** A CAN bus in memory: whatever a port sends, the others receive at once, with the bus' time as stamp. */
export class SimulatedCanBus {
  readonly #ports = new Set<SimulatedPort>();
  readonly #nowS: () => number;
  /** Frames sent since the beginning. */
  frames = 0;

  constructor(nowS: () => number) {
    this.#nowS = nowS;
  }

  port(): CanPort {
    const port = new SimulatedPort(
      (frame) => this.#deliver(port, frame),
      () => this.#ports.delete(port),
    );
    this.#ports.add(port);
    return port;
  }

  #deliver(from: SimulatedPort, frame: CanFrame): boolean {
    if (!this.#ports.has(from)) return false;
    this.frames++;
    const stamped = { id: frame.id, data: frame.data.slice(), timestampS: this.#nowS() };
    for (const port of this.#ports) if (port !== from) port.receive(stamped);
    return true;
  }
}

class SimulatedPort implements CanPort {
  readonly #listeners = new Set<(frame: CanFrame) => void>();
  readonly #send: (frame: CanFrame) => boolean;
  readonly #close: () => void;

  constructor(send: (frame: CanFrame) => boolean, close: () => void) {
    this.#send = send;
    this.#close = close;
  }

  send(frame: CanFrame): boolean {
    return this.#send(frame);
  }

  onFrame(listener: (frame: CanFrame) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  receive(frame: CanFrame): void {
    for (const listener of this.#listeners) listener(frame);
  }

  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#close();
  }
}
