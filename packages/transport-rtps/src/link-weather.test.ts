import { expect, test } from "vitest";
import { cardCommands, chooseWeather, type LinkWeather, programWeather } from "./link-weather.test-support.ts";

const storm = { loss: 30, reorder: 20, duplicate: 5, seed: 1 } as const;
const commands = (weather: LinkWeather, side: 0 | 1 = 0): string[] =>
  cardCommands(weather, side).map((command) => command.join(" "));

test("netem loses, holds back and doubles what leaves a card, and the cards need no ARP", () => {
  expect(commands({ ...storm, source: "netem" })).toEqual([
    "ip link set dev eth0 address 02:00:00:77:00:01",
    "ip neigh replace 10.77.0.2 lladdr 02:00:00:77:00:02 dev eth0 nud permanent",
    "tc qdisc add dev eth0 root netem limit 100000 loss random 30% duplicate 5% delay 2550us 2450us reorder 80%",
  ]);
  expect(commands({ ...storm, source: "netem" }, 1).slice(0, 2)).toEqual([
    "ip link set dev eth0 address 02:00:00:77:00:02",
    "ip neigh replace 10.77.0.1 lladdr 02:00:00:77:00:01 dev eth0 nud permanent",
  ]);
});

test("fair weather of netem has a queue and nothing else", () => {
  expect(commands({ loss: 0, reorder: 0, duplicate: 0, seed: 1, source: "netem" }).at(-1)).toBe(
    "tc qdisc add dev eth0 root netem limit 100000",
  );
});

test("nft loses what arrives, and the program between the cards does the rest", () => {
  const weather = { ...storm, loss: 0.5, source: "nft" } as const;
  expect(commands(weather)).toEqual([
    "nft add table inet weather ; add chain inet weather arrivals { type filter hook prerouting priority -450 ; } ; " +
      "add rule inet weather arrivals iifname eth0 meta protocol ip numgen random mod 10000 < 50 counter drop",
  ]);
  expect(programWeather(weather)).toEqual([0, 20, 5]);
  expect(commands({ ...storm, loss: 0, source: "nft" })).toEqual([]);
});

test("the program alone does all of it", () => {
  expect(commands(storm)).toEqual([]);
  expect(programWeather(storm)).toEqual([30, 20, 5]);
});

test("netem is taken where the kernel has it, the program elsewhere; what was asked for and is not there is said", () => {
  const without = (source: string): string | undefined => (source === "program" ? undefined : `no ${source} here`);
  expect(chooseWeather("auto", () => undefined)).toEqual({ source: "netem", because: "the kernel has it" });
  expect(chooseWeather("auto", without)).toEqual({ source: "program", because: "no netem: no netem here" });
  expect(chooseWeather("program", without).source).toBe("program");
  expect(() => chooseWeather("nft", without)).toThrow("--weather nft: this system has none: no nft here");
});
