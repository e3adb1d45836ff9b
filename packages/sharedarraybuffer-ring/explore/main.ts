/** `npx tsx --conditions=@delos/source packages/sharedarraybuffer-ring/explore/main.ts [part of a name]` */
import { explore } from "./explorer.ts";
import { scenarios } from "./scenarios.ts";

for (const [name, scenario] of Object.entries(scenarios)) {
  if (!name.includes(process.argv[2] ?? "")) continue;
  const startMs = performance.now();
  const { states, steps, ends, longest, sharedWords } = explore(scenario, Number(process.env["STATES"] ?? 20_000_000));
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(
    `${name}\n    ${states} states, ${steps} steps, ${ends} ends, longest ${longest} steps, ${sharedWords} shared words, ${seconds} s`,
  );
}
