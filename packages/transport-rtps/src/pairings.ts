import type { ByteReader } from "@delos/wire";
import type { LocalReader, LocalWriter } from "./local-endpoint.ts";
import type { Packers } from "./packers.ts";
import type { RemoteParticipant, RemoteReader, RemoteWriter } from "./remote.ts";
import type { ReaderContext } from "./stateful-reader.ts";
import { ATTACH, CONFIRM, PAIRING_BYTES, readPairing, writePairing } from "./wire/pairing.ts";
import { ID, LITTLE_ENDIAN } from "./wire/submessage.ts";

/** The first repetition; each later one waits twice as long. */
const REPEAT_MS = 20;
const MOST_REPEAT_MS = 2000;

interface Request {
  readonly count: number;
  readonly attach: boolean;
  confirmed: boolean;
}

type PairingContext = Pick<ReaderContext, "toWriter" | "count" | "clock">;

export interface PairingEndpoints {
  /** Whether both are still there. */
  stands(local: LocalReader, remote: RemoteWriter): boolean;
  /** Matches the pair; false when that may not be yet. */
  attach(local: LocalWriter, remote: RemoteReader): boolean;
}

/**
 * Pairs that leave this protocol for a nearer transport, or come back: the reader decides, for only it knows what has come by
 * the other way, and says so until the writer has confirmed it, or one of both is gone.
 */
export class Pairings implements Disposable {
  readonly #context: PairingContext;
  readonly #packers: Packers;
  readonly #endpoints: PairingEndpoints;
  /** The newest request of each pair. */
  readonly #requests = new WeakMap<RemoteWriter, Map<number, Request>>();
  readonly #alarms = new Set<Disposable>();

  constructor(context: PairingContext, packers: Packers, endpoints: PairingEndpoints) {
    this.#context = context;
    this.#packers = packers;
    this.#endpoints = endpoints;
  }

  /** A reader of ours asks the writer to serve their pair, or to let go of it. */
  ask(local: LocalReader, remote: RemoteWriter, attach: boolean): void {
    const readerId = local.data.guid.entityId;
    let requests = this.#requests.get(remote);
    if (requests === undefined) this.#requests.set(remote, (requests = new Map()));
    const request = { count: (requests.get(readerId)?.count ?? 0) + 1, attach, confirmed: false };
    requests.set(readerId, request);
    this.#say(local, remote, request, REPEAT_MS);
  }

  /** A PAIRING of another participant: the answer to ours, or a reader there that asks a writer of ours. */
  receive(source: RemoteParticipant, writers: ReadonlyMap<number, LocalWriter>, flags: number, body: ByteReader): void {
    const pairing = readPairing(body);
    const { readerId, writerId, count } = pairing;
    if ((flags & CONFIRM) !== 0) {
      const asked = source.writers.get(writerId);
      const request = asked === undefined ? undefined : this.#requests.get(asked)?.get(readerId);
      if (request?.count === count) request.confirmed = true;
      return;
    }
    const remote = source.readers.get(readerId);
    const local = writers.get(writerId);
    if (remote?.data === undefined || local === undefined) return this.#context.count("pairing of an unknown reader");
    const known = remote.pairings.get(writerId)?.count ?? 0;
    if (count < known) return;
    if (count > known) {
      const attached = (flags & ATTACH) !== 0;
      if (attached) {
        if (!this.#endpoints.attach(local, remote)) return; // not yet: it will ask again
      } else if (local.writer.proxies.has(remote)) {
        local.writer.removeReader(remote);
        local.unmatched(remote);
      }
      remote.pairings.set(writerId, { count, attached });
    }
    const confirm = LITTLE_ENDIAN | CONFIRM | (flags & ATTACH);
    const packer = this.#packers.ofReader(remote);
    packer?.submessage(ID.PAIRING, confirm, PAIRING_BYTES, source.prefixBytes, (to) => writePairing(to, pairing));
  }

  [Symbol.dispose](): void {
    for (const alarm of this.#alarms) alarm[Symbol.dispose]();
  }

  #say(local: LocalReader, remote: RemoteWriter, request: Request, repeatMs: number): void {
    const readerId = local.data.guid.entityId;
    const isNewest = this.#requests.get(remote)?.get(readerId) === request;
    if (request.confirmed || !isNewest || !this.#endpoints.stands(local, remote)) return;
    const pairing = { readerId, writerId: remote.entityId, count: request.count };
    const flags = LITTLE_ENDIAN | (request.attach ? ATTACH : 0);
    this.#context.toWriter(remote, ID.PAIRING, flags, PAIRING_BYTES, (writer) => writePairing(writer, pairing));
    const { clock } = this.#context;
    const again = (): void => {
      this.#alarms.delete(alarm);
      this.#say(local, remote, request, Math.min(repeatMs * 2, MOST_REPEAT_MS));
    };
    const alarm = clock.alarm(clock.monotonicMs() + repeatMs, again, { background: true });
    this.#alarms.add(alarm);
  }
}
