import { nearestTransport, type PairEnd, type ParticipantId, type TransportAddress } from "@delos/transport";
import type { Verdict } from "./calls.ts";

type Named = Pick<PairEnd, "id">;

/**
 * Which pairs the network serves, in the protocol's thread, which cannot ask the user's: what that said last, and before it has
 * said anything, what every participant decides alike from what both announce. A pair that was matched stays until the
 * user's thread lets go of it, for only there is known whether another way has taken over.
 */
export class ServedPairs {
  /** The ways to this participant: the very list that it announces. */
  readonly addresses: TransportAddress[];
  readonly #verdicts: Map<ParticipantId, boolean> = new Map();
  readonly #matched: Set<string> = new Set();

  constructor(addresses: TransportAddress[]) {
    this.addresses = addresses;
  }

  carries(local: PairEnd, remote: PairEnd): boolean {
    if (this.#matched.has(`${local.id} ${remote.id}`)) return true;
    const verdict = this.#verdicts.get(remote.participant.id);
    return verdict ?? nearestTransport(local.participant, remote.participant)?.name === "rtps";
  }

  matched(subscription: Named, publication: Named): void {
    this.#matched.add(`${subscription.id} ${publication.id}`);
  }

  unmatched(subscription: Named, publication: Named): void {
    this.#matched.delete(`${subscription.id} ${publication.id}`);
  }

  decide({ participant, carried, released }: Verdict): void {
    this.#verdicts.set(participant, carried);
    for (const [subscription, publication] of released) this.#matched.delete(`${subscription} ${publication}`);
  }

  /** The participant is gone; who comes next under its id starts anew. */
  forget(participant: ParticipantId): void {
    this.#verdicts.delete(participant);
  }
}
