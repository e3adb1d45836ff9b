import { spawnSync } from "node:child_process";

/** What happens to datagrams on their way, per cent. */
export interface LinkWeather {
  readonly loss: number;
  readonly reorder: number;
  readonly duplicate: number;
  readonly seed: number;
  /** Below 65 535 a large datagram is several packets, of which one lost loses all. */
  readonly mtu?: number;
  /** Default: `program`. */
  readonly source?: WeatherSource;
}

/**
 * Who makes the weather:
 *
 *   netem    the kernel, as packets leave a card: loss, delay and with it reordering, duplication
 *   nft      the kernel's packet filter, as packets arrive: loss; the program between the cards reorders and doubles
 *   program  `test-peers/weather.c` between the cards
 *
 * The seed is the program's: the kernel's dice are its own.
 */
export type WeatherSource = "netem" | "nft" | "program";

/** Root needs no user namespace, and programs that change their user have none then. */
export const isRoot: boolean = process.getuid?.() === 0;
export const UNSHARE = isRoot ? "-n" : "-rn";

/** Why this system has no weather of this kind; undefined: it has. Found out by trying, in a namespace that ends with the trial. */
export function whyWithout(source: WeatherSource): string | undefined {
  const trial = {
    netem: ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "loss", "0%"],
    nft: ["nft", nftRules("lo", 0)],
    program: ["true"],
  }[source];
  const { status, stderr } = spawnSync("unshare", [UNSHARE, ...trial], { encoding: "utf8" });
  return status === 0 ? undefined : (stderr.split("\n")[0] ?? "").trim();
}

/** Of what a user chose, `auto` for the best that there is, the source that is taken, and why not netem. */
export function chooseWeather(
  choice: WeatherSource | "auto",
  without: typeof whyWithout = whyWithout,
): { readonly source: WeatherSource; readonly because: string } {
  if (choice !== "auto") {
    const reason = without(choice);
    if (reason !== undefined) throw new Error(`--weather ${choice}: this system has none: ${reason}`);
    return { source: choice, because: "asked for" };
  }
  const reason = without("netem");
  return reason === undefined
    ? { source: "netem", because: "the kernel has it" }
    : { source: "program", because: `no netem: ${reason}` };
}

/** What the program between the cards is left with. */
export function programWeather(weather: LinkWeather): readonly [loss: number, reorder: number, duplicate: number] {
  const { source, loss, reorder, duplicate } = weather;
  return [source === "nft" ? 0 : loss, reorder, duplicate];
}

/** Commands that give the card of a side its weather. `side` counts from 0; addresses are 10.77.0.1 and 10.77.0.2. */
export function cardCommands(weather: LinkWeather, side: 0 | 1, card = "eth0"): string[][] {
  switch (weather.source ?? "program") {
    case "netem":
      return netemCommands(weather, side, card);
    case "nft":
      return weather.loss > 0 ? [["nft", nftRules(card, weather.loss)]] : [];
    case "program":
      return [];
  }
}

function netemCommands({ loss, reorder, duplicate }: LinkWeather, side: 0 | 1, card: string): string[][] {
  const other = 1 - side;
  return [
    // The program lets ARP pass. netem does not know it: the cards know each other without.
    ["ip", "link", "set", "dev", card, "address", hardware(side)],
    ["ip", "neigh", "replace", `10.77.0.${other + 1}`, "lladdr", hardware(other), "dev", card, "nud", "permanent"],
    ["tc", "qdisc", "add", "dev", card, "root", "netem", "limit", "100000"].concat(
      loss > 0 ? ["loss", "random", `${loss}%`] : [],
      duplicate > 0 ? ["duplicate", `${duplicate}%`] : [],
      // 0.1 to 5 ms for those that are held back; `reorder` is the share of those that are not.
      reorder > 0 ? ["delay", "2550us", "2450us", "reorder", `${100 - reorder}%`] : [],
    ),
  ];
}

const hardware = (side: number): string => `02:00:00:77:00:0${side + 1}`;

/** Before fragments are put together (priority −400): each packet is lost by itself. */
function nftRules(card: string, loss: number): string {
  return [
    "add table inet weather",
    "add chain inet weather arrivals { type filter hook prerouting priority -450 ; }",
    `add rule inet weather arrivals iifname ${card} meta protocol ip numgen random mod 10000 < ${Math.round(loss * 100)} counter drop`,
  ].join(" ; ");
}
