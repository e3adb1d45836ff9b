import type { Clock } from "@delos/core";
import { ByteReader, ByteWriter } from "@delos/wire";
import type { RemoteWriter } from "./remote.ts";
import { bytesOfHex, type GuidPrefix, readPrefix } from "./wire/guid.ts";

/** Kinds of assertion in ParticipantMessageData. DDSI-RTPS 2.5 §9.6.3.1. */
export const ASSERT_AUTOMATIC = 1;
export const ASSERT_MANUAL = 2;

/**
 * Which of the writers elsewhere are alive, by the leases they announced. §8.4.13: a finite lease is renewed by its
 * participant's messages (automatic, manual by participant), by a heartbeat that says so (manual by topic), or by data.
 */
export class LivelinessWatch implements Disposable {
  readonly #clock: Clock;
  readonly #onChange: (writer: RemoteWriter, alive: boolean) => void;
  readonly #watched = new Map<RemoteWriter, { lastMs: number; alive: boolean; alarm: Disposable | undefined }>();

  constructor(clock: Clock, onChange: (writer: RemoteWriter, alive: boolean) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Begins to watch a writer that somebody has matched. */
  watch(writer: RemoteWriter): void {
    if (this.#watched.has(writer) || this.#leaseMs(writer) === Infinity) return;
    this.#watched.set(writer, { lastMs: this.#clock.monotonicMs(), alive: true, alarm: undefined });
    this.#arm(writer);
  }

  unwatch(writer: RemoteWriter): void {
    this.#watched.get(writer)?.alarm?.[Symbol.dispose]();
    this.#watched.delete(writer);
  }

  /** By participant, one writer that is alive speaks for all of its participant: DDS 1.4 §2.2.3.11. */
  assert(writer: RemoteWriter): void {
    if (!this.#watched.has(writer)) return;
    if (writer.data?.qos.liveliness !== "manual_by_participant") {
      this.#renew(writer);
      return;
    }
    for (const other of writer.participant.writers.values()) {
      if (other.data?.qos.liveliness === "manual_by_participant") this.#renew(other);
    }
  }

  #renew(writer: RemoteWriter): void {
    const state = this.#watched.get(writer);
    if (state === undefined) return;
    state.lastMs = this.#clock.monotonicMs();
    if (state.alive) return;
    state.alive = true;
    this.#arm(writer);
    this.#onChange(writer, true);
  }

  [Symbol.dispose](): void {
    for (const writer of Array.from(this.#watched.keys())) this.unwatch(writer);
  }

  #leaseMs(writer: RemoteWriter): number {
    return writer.data?.qos.livelinessLeaseMs ?? Infinity;
  }

  #arm(writer: RemoteWriter): void {
    const state = this.#watched.get(writer)!;
    const leaseMs = this.#leaseMs(writer);
    state.alarm = this.#clock.alarm(
      state.lastMs + leaseMs,
      () => {
        // A microsecond of tolerance: sums of fractions of a millisecond do not subtract exactly.
        if (this.#clock.monotonicMs() + 0.001 < state.lastMs + leaseMs) {
          this.#arm(writer);
          return;
        }
        state.alive = false;
        this.#onChange(writer, false);
      },
      { background: true },
    );
  }
}

/** ParticipantMessageData, CDR_LE: prefix, kind (four bytes), sequence<octet>. §9.6.3.1. */
export function writeLivelinessMessage(prefix: GuidPrefix, kind: number): Uint8Array {
  const writer = new ByteWriter({ capacity: 24 });
  writer.uint32be(0x0001_0000);
  writer.raw(bytesOfHex(prefix));
  writer.uint32be(kind);
  writer.uint32(0);
  return writer.finish();
}

export function readLivelinessMessage(payload: Uint8Array): { readonly prefix: GuidPrefix; readonly kind: number } {
  const reader = new ByteReader(payload, { code: "RTPS_MALFORMED" });
  reader.skip(4);
  return { prefix: readPrefix(reader), kind: reader.uint32be() };
}
