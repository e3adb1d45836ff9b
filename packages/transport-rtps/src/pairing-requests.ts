import type { LocalReader } from "./local-endpoint.ts";
import type { RemoteWriter } from "./remote.ts";
import type { ReaderContext } from "./stateful-reader.ts";
import { ATTACH, PAIRING_BYTES, writePairing } from "./wire/pairing.ts";
import { ID, LITTLE_ENDIAN } from "./wire/submessage.ts";

/** The first repetition; each later one waits twice as long. */
const REPEAT_MS = 20;
const MOST_REPEAT_MS = 2000;

interface Request {
  readonly count: number;
  readonly attach: boolean;
  confirmed: boolean;
}

export interface PairingContext extends Pick<ReaderContext, "toWriter"> {
  after(ms: number, callback: () => void): void;
  /** Whether both are still there. */
  stands(local: LocalReader, remote: RemoteWriter): boolean;
}

/** What readers have asked writers elsewhere to do with their pairs: said again until it is confirmed, or one of both is gone. */
export class PairingRequests {
  readonly #context: PairingContext;
  /** The newest request of each pair. */
  readonly #requests = new WeakMap<RemoteWriter, Map<number, Request>>();

  constructor(context: PairingContext) {
    this.#context = context;
  }

  ask(local: LocalReader, remote: RemoteWriter, attach: boolean): void {
    const readerId = local.data.guid.entityId;
    let requests = this.#requests.get(remote);
    if (requests === undefined) this.#requests.set(remote, (requests = new Map()));
    const request = { count: (requests.get(readerId)?.count ?? 0) + 1, attach, confirmed: false };
    requests.set(readerId, request);
    this.#say(local, remote, request, REPEAT_MS);
  }

  confirmed(readerId: number, remote: RemoteWriter | undefined, count: number): void {
    const request = remote === undefined ? undefined : this.#requests.get(remote)?.get(readerId);
    if (request?.count === count) request.confirmed = true;
  }

  #say(local: LocalReader, remote: RemoteWriter, request: Request, repeatMs: number): void {
    const readerId = local.data.guid.entityId;
    const isNewest = this.#requests.get(remote)?.get(readerId) === request;
    if (request.confirmed || !isNewest || !this.#context.stands(local, remote)) return;
    const pairing = { readerId, writerId: remote.entityId, count: request.count };
    const flags = LITTLE_ENDIAN | (request.attach ? ATTACH : 0);
    this.#context.toWriter(remote, ID.PAIRING, flags, PAIRING_BYTES, (writer) => writePairing(writer, pairing));
    const nextMs = Math.min(repeatMs * 2, MOST_REPEAT_MS);
    this.#context.after(repeatMs, () => this.#say(local, remote, request, nextMs));
  }
}
