import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** Blocks of the guides that are files of the repository, marked ```ts file=PATH: they say what the files say. */
const blocks = readdirSync("docs/guides")
  .filter((guide) => guide.endsWith(".md"))
  .flatMap((guide) =>
    [...readFileSync(`docs/guides/${guide}`, "utf8").matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)].map(
      ([, file, text]) => ({ guide, file: file!, text: text! }),
    ),
  );

describe("blocks of files in the guides", () => {
  test("there are some", () => {
    expect(blocks.length).toBeGreaterThan(3);
  });

  test.for(blocks.map((block) => [block.guide, block.file, block.text] as const))("%s shows %s", ([, file, text]) => {
    expect(text).toBe(readFileSync(file, "utf8"));
  });
});
