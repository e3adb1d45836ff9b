import { parseArgs } from "node:util";

/**
 * The arguments of a program that takes numbers, each with its default, `--json` and `--help`.
 * Says what is wrong and ends with 2 when they are not as they should be.
 */
export function numbersOf(
  help: string,
  defaults: readonly number[],
): { readonly numbers: readonly number[]; readonly json: boolean } {
  const wrong = (message: string): never => {
    process.stderr.write(`${message}; --help says more\n`);
    process.exit(2);
  };
  try {
    const { values, positionals } = parseArgs({
      options: { json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
      allowPositionals: true,
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    if (positionals.length > defaults.length) wrong(`at most ${defaults.length} numbers`);
    const numbers = defaults.map((otherwise, i) => Number(positionals[i] ?? otherwise));
    const bad = numbers.findIndex((number) => !(number >= 0));
    if (bad >= 0) wrong(`"${positionals[bad]}" is no number`);
    if (globalThis.gc === undefined)
      process.stderr.write("without --expose-gc the heap is what happens to lie there\n");
    return { numbers, json: values.json };
  } catch (error) {
    return wrong((error as Error).message);
  }
}

/** An object as a line of JSON, or as `name value` pairs for people. */
export const show = (json: boolean, line: Readonly<Record<string, unknown>>): void => {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  const pairs = Object.entries(line).map(([name, value]) => `${name.replaceAll("_", " ")} ${text(value)}`);
  process.stdout.write(`${json ? JSON.stringify(line) : pairs.join("  ")}\n`);
};
