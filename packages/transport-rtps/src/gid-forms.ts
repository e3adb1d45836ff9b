import type { Clock } from "@delos/core";
import type { RemoteParticipant, RemoteReader } from "./remote.ts";
import { readTypeHash } from "./type-hash.ts";
import { VENDOR_DELOS } from "./wire/message.ts";

/** Bytes of a GID in `ros_discovery_info`: the GUID since ROS 2 Iron; up to Humble eight zeros follow. */
export type GidBytes = 16 | 24;

/** How long we wait for a node's own sample, which tells its form, before it gets ours as it is. */
const WAIT_MS = 2000;

/**
 * The form of `ros_discovery_info` that we write. Both have the same type name, and a node that gets the other one cannot read it, or
 * reads nonsense. So ours is that of the nodes that are here: 16 bytes until somebody writes 24 and nobody 16. Where both are on
 * one bus, which ROS 2 itself does not do, those of the other form get none.
 */
export class GidForms {
  readonly #clock: Clock;
  readonly #fixed: GidBytes | undefined;
  readonly #changed: () => void;
  readonly #heard = new Map<RemoteParticipant, GidBytes>();
  /** Participants whose form is still to be seen. */
  readonly #waiting = new Map<RemoteParticipant, Disposable>();
  /** Those that have told nothing for so long that they get ours. */
  readonly #given = new WeakSet<RemoteParticipant>();
  #current: GidBytes;

  /** `fixed`: the form, whoever is there. `changed`: the sample is to be written again, then readers are to be asked again. */
  constructor(clock: Clock, fixed: GidBytes | undefined, changed: () => void) {
    this.#clock = clock;
    this.#fixed = fixed;
    this.#changed = changed;
    this.#current = fixed ?? 16;
  }

  get current(): GidBytes {
    return this.#current;
  }

  /** A sample of a participant has this form. */
  hear(participant: RemoteParticipant, form: GidBytes): void {
    // Delos reads both, and writes what it sees others write.
    if (participant.data.vendor === VENDOR_DELOS || this.#heard.get(participant) === form) return;
    this.#stopWaiting(participant);
    this.#heard.set(participant, form);
    this.#decide();
    this.#changed();
  }

  leave(participant: RemoteParticipant): void {
    this.#stopWaiting(participant);
    if (!this.#heard.delete(participant)) return;
    const before = this.#current;
    this.#decide();
    if (this.#current !== before) this.#changed();
  }

  /** Whether a reader can be given our sample: not before its form is known, if it is one of ROS 2. */
  fits({ participant, data }: RemoteReader): boolean {
    if (this.#fixed !== undefined || participant.data.vendor === VENDOR_DELOS) return true;
    // Type hashes came with the shorter form.
    const form = readTypeHash(data!.userData) === undefined ? this.#heard.get(participant) : 16;
    if (form !== undefined) return form === this.#current;
    if (!isOfRos2(participant) || this.#given.has(participant)) return true;
    if (!this.#waiting.has(participant)) {
      const give = (): void => {
        this.#waiting.delete(participant);
        this.#given.add(participant);
        this.#changed();
      };
      const atMs = this.#clock.monotonicMs() + WAIT_MS;
      this.#waiting.set(participant, this.#clock.alarm(atMs, give, { background: true }));
    }
    return false;
  }

  [Symbol.dispose](): void {
    for (const alarm of this.#waiting.values()) alarm[Symbol.dispose]();
    this.#waiting.clear();
  }

  #stopWaiting(participant: RemoteParticipant): void {
    this.#waiting.get(participant)?.[Symbol.dispose]();
    this.#waiting.delete(participant);
  }

  #decide(): void {
    if (this.#fixed !== undefined) return;
    const forms = new Set(this.#heard.values());
    if (forms.size < 2) this.#current = forms.has(24) ? 24 : 16;
  }
}

/** Nodes of ROS 2 tell their enclave in USER_DATA, and write `ros_discovery_info` sooner or later. */
function isOfRos2({ data: { userData } }: RemoteParticipant): boolean {
  return Buffer.from(userData.buffer, userData.byteOffset, userData.length).includes("enclave=");
}
