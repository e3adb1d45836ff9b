import { randomBytes } from "node:crypto";
import type { Answer, Packet, Question } from "dns-packet";
import type { MdnsLink, Received } from "./mdns-link.ts";
import {
  attempt,
  checkOffer,
  type Instance,
  instanceOf,
  ownHost,
  recordsOf,
  type ServiceOffer,
  sameName,
} from "./service.ts";

/** RFC 6762 §8.1, §8.3. */
const PROBES = 3;
const PROBE_MS = 250;
const REPEAT_MS = 1000;
/** §6: nothing is said to everybody twice within this time. */
const QUIET_MS = 1000;
/** A network where more names than this are taken is not one we can do anything about. */
const MAX_ATTEMPTS = 100;
/** §6.7: an ordinary resolver's memory is not told when a record goes. Seconds. */
const LEGACY_TTL_S = 10;

export interface Announcement extends AsyncDisposable {
  /** The name as it stands in the network. */
  readonly name: string;
}

/**
 * Makes a service known until disposed, which takes it back. Resolves when nobody has objected to the name and everybody was
 * told. RFC 6762 §8.
 * @throws {UsageError} for a service type or port that is none
 */
export async function announce(link: MdnsLink, offer: ServiceOffer): Promise<Announcement> {
  checkOffer(offer);
  link.mustBeOpen();
  const responder = new Responder(link, offer);
  await responder.established;
  return responder;
}

class Responder implements Announcement {
  readonly established: Promise<void>;
  readonly #link: MdnsLink;
  readonly #offer: ServiceOffer;
  readonly #host = ownHost(randomBytes(4).toString("hex"));
  readonly #listener: Disposable;
  #instance: Instance;
  #attempt = 1;
  /** Probes sent for the present name; undefined: it is ours. */
  #probed: number | undefined = 0;
  #alarm: Disposable | undefined;
  #resolve: () => void = () => {};
  /** When each record was last said to everybody. */
  readonly #saidMs = new Map<string, number>();
  #closed = false;

  constructor(link: MdnsLink, offer: ServiceOffer) {
    this.#link = link;
    this.#offer = offer;
    this.#instance = instanceOf(offer, attempt(offer.name, 1), this.#host);
    this.#listener = link.events.on("packet", (received) => this.#take(received));
    this.established = new Promise((resolve) => (this.#resolve = resolve));
    this.#probe();
  }

  get name(): string {
    return attempt(this.#offer.name, this.#attempt);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#alarm?.[Symbol.dispose]();
    this.#listener[Symbol.dispose]();
    if (this.#probed === undefined) {
      this.#link.respond((addresses) => ({ answers: recordsOf(this.#instance, addresses, true) }));
    }
    this.#resolve();
  }

  #probe(): void {
    if (this.#probed === PROBES) {
      this.#probed = undefined;
      this.#announce();
      this.#alarm = this.#link.after(REPEAT_MS, () => this.#announce());
      this.#resolve();
      return;
    }
    this.#probed = (this.#probed ?? 0) + 1;
    const { fullName } = this.#instance;
    const authorities = this.#records([]).filter(({ type }) => type === "SRV");
    // dns-packet writes the class as it stands: §5.4, an answer to us alone will do.
    const question = { name: fullName, type: "ANY", class: "IN" } as unknown as Question;
    this.#link.query({ questions: [question], authorities });
    this.#alarm = this.#link.after(PROBE_MS, () => this.#probe(), true);
  }

  #announce(): void {
    this.#link.respond((addresses) => ({ answers: this.#said(this.#records(addresses), true) }));
  }

  #records(addresses: readonly string[]): Answer[] {
    return recordsOf(this.#instance, addresses);
  }

  #take(received: Received): void {
    const { packet } = received;
    if (packet.type === "query") {
      if (this.#losesTo(packet)) this.#rename();
      else if (this.#probed === undefined) this.#answer(received);
    } else if (this.#isContested([...(packet.answers ?? []), ...(packet.additionals ?? [])])) this.#rename();
  }

  /** Somebody else has the name: §9. */
  #isContested(records: readonly Answer[]): boolean {
    return records.some(
      (record) =>
        record.type === "SRV" &&
        record.ttl !== 0 &&
        sameName(record.name, this.#instance.fullName) &&
        !(sameName(record.data.target, this.#host) && record.data.port === this.#offer.port),
    );
  }

  /** Two probe for one name: §8.2, the one whose record is the greater wins. */
  #losesTo({ authorities = [] }: Packet): boolean {
    if (this.#probed === undefined) return false;
    return authorities.some(
      (record) =>
        record.type === "SRV" &&
        sameName(record.name, this.#instance.fullName) &&
        (record.data.port > this.#offer.port ||
          (record.data.port === this.#offer.port && record.data.target.toLowerCase() > this.#host.toLowerCase())),
    );
  }

  #rename(): void {
    if (this.#attempt >= MAX_ATTEMPTS) return;
    this.#alarm?.[Symbol.dispose]();
    this.#attempt++;
    this.#instance = instanceOf(this.#offer, this.name, this.#host);
    this.#probed = 0;
    this.#probe();
  }

  #answer(received: Received): void {
    const { questions = [], answers: known = [] } = received.packet;
    const wanted = (record: Answer): boolean =>
      questions.some(
        ({ name, type }) => sameName(name, record.name) && (type === record.type || (type as string) === "ANY"),
      );
    // §7.1: who asks says what it knows already.
    const isKnown = (record: Answer): boolean =>
      record.type === "PTR" &&
      known.some(
        (each) =>
          each.type === "PTR" &&
          sameName(each.name, record.name) &&
          sameName(each.data, record.data) &&
          (each.ttl ?? 0) * 2 >= (record.ttl ?? 0),
      );
    const choose = (addresses: readonly string[]): { answers: Answer[]; additionals: Answer[] } => {
      const all = this.#records(addresses);
      const answers = all.filter((record) => wanted(record) && !isKnown(record));
      const named = answers.some((record) => record.type === "PTR" && sameName(record.data, this.#instance.fullName));
      const located = named || answers.some(({ type }) => type === "SRV");
      // RFC 6763 §12: what will be asked next.
      const additionals = all.filter(
        (record) =>
          !answers.includes(record) &&
          (named
            ? record.type === "SRV" || record.type === "TXT" || record.type === "A"
            : located && record.type === "A"),
      );
      return { answers, additionals };
    };
    if (this.#isLegacy(received)) {
      const brief = (records: Answer[]): Answer[] =>
        records.map((record) => ({ ...record, ttl: LEGACY_TTL_S, flush: false }) as Answer);
      this.#link.respondTo(received, (addresses) => {
        const { answers, additionals } = choose(addresses);
        return { answers: brief(answers), additionals: brief(additionals) };
      });
      return;
    }
    this.#link.respond((addresses) => {
      const { answers, additionals } = choose(addresses);
      return { answers: this.#said(answers, false), additionals };
    });
  }

  #isLegacy({ packet, port }: Received): boolean {
    return port !== this.#link.port && (packet.questions ?? []).length > 0 && this.#matchesAny(packet);
  }

  #matchesAny({ questions = [] }: Packet): boolean {
    return this.#records([]).some((record) => questions.some(({ name }) => sameName(name, record.name)));
  }

  /** Those that were not said just now; they are from now on. */
  #said(records: Answer[], always: boolean): Answer[] {
    const now = this.#link.nowMs;
    const due = records.filter((record) => {
      const key = `${record.type} ${record.name} ${record.type === "A" ? record.data : ""}`;
      if (!always && now - (this.#saidMs.get(key) ?? -Infinity) < QUIET_MS) return false;
      this.#saidMs.set(key, now);
      return true;
    });
    return due;
  }
}
