import type { Presentation, Qos } from "./qos.ts";

/** One reason why two endpoints of a topic do not talk, with both sides' values (law 5). */
export interface Mismatch {
  /** The QoS policy (`reliability`, `deadline`, …), `type`, `encoding`, `md5sum` or `partition`. */
  readonly policy: string;
  readonly offered: string;
  readonly requested: string;
  /** A sentence that says what to change. */
  readonly explanation: string;
}

const DURABILITY = ["volatile", "transient_local", "transient", "persistent"];
const SCOPES = ["instance", "topic", "group"];
const LIVELINESS = ["automatic", "manual_by_participant", "manual_by_topic"];

/** Request/offered rules of DDS 1.4 §2.2.3: every policy in which the offer does not fulfil the request. */
export function qosMismatches(offered: Qos, requested: Qos): Mismatch[] {
  const found: Mismatch[] = [];
  const check = (fits: boolean, policy: string, offer: string, request: string, advice: string): void => {
    if (fits) return;
    const explanation = `The publisher offers ${policy} ${offer}, the subscriber asks for ${request}: ${advice}.`;
    found.push({ policy, offered: offer, requested: request, explanation });
  };

  check(
    requested.reliability === "best_effort" || offered.reliability === "reliable",
    "reliability",
    offered.reliability,
    requested.reliability,
    "publish reliable, or subscribe best_effort",
  );
  check(
    DURABILITY.indexOf(offered.durability) >= DURABILITY.indexOf(requested.durability),
    "durability",
    offered.durability,
    requested.durability,
    `publish ${requested.durability}, or subscribe ${offered.durability}`,
  );
  check(
    offered.deadlineMs <= requested.deadlineMs,
    "deadline",
    ms(offered.deadlineMs),
    ms(requested.deadlineMs),
    "the publisher must promise a deadline at most as long as the one asked for",
  );
  check(
    LIVELINESS.indexOf(offered.liveliness) >= LIVELINESS.indexOf(requested.liveliness),
    "liveliness",
    offered.liveliness,
    requested.liveliness,
    "the publisher must assert its liveliness at least as explicitly as asked for",
  );
  check(
    offered.livelinessLeaseMs <= requested.livelinessLeaseMs,
    "liveliness lease",
    ms(offered.livelinessLeaseMs),
    ms(requested.livelinessLeaseMs),
    "the publisher's lease must be at most as long as the one asked for",
  );
  check(
    offered.ownership === requested.ownership,
    "ownership",
    offered.ownership,
    requested.ownership,
    "both sides must say the same",
  );
  check(
    offered.latencyBudgetMs <= requested.latencyBudgetMs,
    "latency budget",
    ms(offered.latencyBudgetMs),
    ms(requested.latencyBudgetMs),
    "the publisher's latency budget must be at most as long as the one asked for",
  );
  check(
    offered.destinationOrder === "by_source_timestamp" || requested.destinationOrder === "by_reception_timestamp",
    "destination order",
    offered.destinationOrder,
    requested.destinationOrder,
    "publish by_source_timestamp, or subscribe by_reception_timestamp",
  );
  const [offers, asks] = [offered.presentation, requested.presentation];
  check(
    SCOPES.indexOf(offers.scope) >= SCOPES.indexOf(asks.scope) &&
      (offers.coherent || !asks.coherent) &&
      (offers.ordered || !asks.ordered),
    "presentation",
    presentation(offers),
    presentation(asks),
    "the publisher must bundle and order at least as far as asked for",
  );
  return found;
}

const presentation = ({ scope, coherent, ordered }: Presentation): string =>
  [scope, ...(coherent ? ["coherent"] : []), ...(ordered ? ["ordered"] : [])].join(", ");

const ms = (value: number): string => (value === Infinity ? "infinite" : `${value} ms`);

/**
 * DDS 1.4 §2.2.3.13: partitions meet when a name of one matches a name of the other. No name is the name `""`. Names may be
 * patterns (POSIX fnmatch: `*`, `?`, `[…]`), but two patterns never match each other.
 */
export function partitionsMeet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [a.length === 0 ? [""] : a, b.length === 0 ? [""] : b];
  return left.some((one) => right.some((other) => namesMeet(one, other)));
}

function namesMeet(a: string, b: string): boolean {
  if (isPattern(a)) return !isPattern(b) && fnmatch(a, b);
  return isPattern(b) ? fnmatch(b, a) : a === b;
}

const isPattern = (name: string): boolean => /[*?[]/.test(name);

/** POSIX fnmatch without flags, linear in `pattern.length × name.length`: a hostile pattern costs no more. */
function fnmatch(pattern: string, name: string): boolean {
  let [p, n, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    const after = pattern[p] === "*" ? -1 : matchOne(pattern, p, name[n]!);
    if (pattern[p] === "*") {
      star = p++;
      mark = n;
    } else if (after > 0) {
      p = after;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++mark;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Where the pattern goes on after its element at `at` has matched `char`; 0 when it does not match. */
function matchOne(pattern: string, at: number, char: string): number {
  const element = pattern[at];
  if (element === undefined) return 0;
  if (element === "?") return at + 1;
  if (element !== "[") return element === char ? at + 1 : 0;
  const negated = pattern[at + 1] === "!" || pattern[at + 1] === "^";
  const first = at + (negated ? 2 : 1);
  const end = pattern.indexOf("]", first + 1); // a "]" that comes first is a member
  if (end < 0) return char === "[" ? at + 1 : 0;
  let member = false;
  for (let i = first; i < end; i++) {
    const range = pattern[i + 1] === "-" && i + 2 < end;
    member ||= range ? pattern[i]! <= char && char <= pattern[i + 2]! : pattern[i] === char;
    if (range) i += 2;
  }
  return member === negated ? 0 : end + 1;
}
