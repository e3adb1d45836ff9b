import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/**
 * The layer table of docs/architecture.md: a package imports only what stands beside it here, and every entry names only
 * packages of rows above. What a package says in its package.json is exactly what its sources import.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  math: ["core"],
  wire: ["core"],
  msgs: ["core"],
  "sharedarraybuffer-ring": [],
  transport: ["core"],
  testing: ["core", "transport"],
  "transport-shm": ["core", "transport", "sharedarraybuffer-ring"],
  "discovery-mdns": ["core"],
  "transport-rtps": ["core", "transport", "wire", "sharedarraybuffer-ring", "discovery-mdns"],
  runtime: ["core", "wire", "transport", "transport-shm", "transport-rtps", "msgs"],
  bag: ["core", "wire", "msgs"],
  replay: ["core", "transport", "msgs", "runtime", "bag", "sharedarraybuffer-ring"],
  localization: ["core", "math", "msgs", "runtime"],
  control: ["core", "math", "msgs", "runtime"],
  planning: ["core", "math", "msgs", "runtime"],
  vehicle: ["core", "math", "msgs", "runtime"],
  safety: ["core", "math", "msgs", "runtime"],
  sim: ["core", "math", "msgs", "runtime", "bag", "localization", "control", "planning", "vehicle", "safety"],
  bridge: ["core", "math", "wire", "transport", "msgs", "runtime", "bag", "replay", "discovery-mdns"],
  hmi: [],
  cli: ["*"],
  delos: ["*"],
};

const rows = Object.keys(MAY_IMPORT);
const packages = readdirSync("packages").filter((name) => existsSync(`packages/${name}/package.json`));
const packageName = (name: string): string =>
  name === "delos" || name === "sharedarraybuffer-ring" ? name : `@delos/${name}`;
const folderOf = (specifier: string): string | undefined =>
  packages.find((name) => specifier === packageName(name) || specifier.startsWith(`${packageName(name)}/`));

/** Every import of a package's own sources; tests may use more, as devDependencies of the repository. */
function importsOf(name: string): string[] {
  const files = readdirSync(`packages/${name}/src`, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(?<!\.test|\.test-support|\.bench)\.(ts|tsx|mjs)$/.test(file),
  );
  const specifiers = files.flatMap((file) =>
    [
      ...readFileSync(`packages/${name}/src/${file}`, "utf8").matchAll(
        /(?:from\s+|import\s+|import\(\s*|import\.meta\.resolve\(\s*)"([^"./#][^"]*)"/g,
      ),
    ].map(([, specifier]) => specifier!),
  );
  return [...new Set(specifiers)].filter((specifier) => !specifier.startsWith("node:"));
}

test("every package has a row, in an order in which imports point up", () => {
  expect(packages.filter((name) => !rows.includes(name))).toEqual([]);
  for (const [name, allowed] of Object.entries(MAY_IMPORT)) {
    for (const other of allowed) if (other !== "*") expect(rows.indexOf(other)).toBeLessThan(rows.indexOf(name));
  }
});

describe.for(packages)("packages/%s", (name) => {
  const imported = importsOf(name);
  const ours = new Set(imported.map(folderOf).filter((other) => other !== undefined && other !== name));

  test("imports only what the layer table allows", () => {
    const allowed = MAY_IMPORT[name]!;
    const above = allowed.includes("*") ? rows.slice(0, rows.indexOf(name)) : allowed;
    expect([...ours].filter((other) => !above.includes(other!))).toEqual([]);
  });

  test("declares exactly the packages it imports", () => {
    const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8")) as Record<string, object>;
    const declared = Object.keys({
      ...manifest["dependencies"],
      ...manifest["optionalDependencies"],
      ...manifest["peerDependencies"],
    });
    const needed = new Set(
      imported
        .map((specifier) =>
          specifier
            .split("/")
            .slice(0, specifier.startsWith("@") ? 2 : 1)
            .join("/"),
        )
        .filter((specifier) => specifier !== packageName(name)),
    );
    // The browser bundle carries its libraries inside; a source run's TypeScript loader is the repository's.
    const bundled = name === "hmi" ? Object.keys(manifest["devDependencies"] ?? {}) : [];
    expect([...needed].filter((n) => n !== "tsx" && !bundled.includes(n)).sort()).toEqual(declared.sort());
  });
});

test("nothing but the clock of core reads wall time, and one function starts workers", () => {
  const offenders = packages
    .filter((name) => name !== "hmi" && name !== "sharedarraybuffer-ring")
    .flatMap((name) =>
      readdirSync(`packages/${name}/src`, { recursive: true, encoding: "utf8" })
        .filter((file) => /(?<!\.test|\.test-support|\.bench)\.ts$/.test(file) && !file.includes("generated"))
        .map((file) => `packages/${name}/src/${file}`),
    )
    .filter((file) => !["packages/core/src/clock.ts", "packages/core/src/worker.ts"].includes(file))
    .filter((file) =>
      /\bDate\.now\(|new Date\(\)|process\.hrtime|performance\.now\(|new Worker\(/.test(readFileSync(file, "utf8")),
    );
  expect(offenders).toEqual([]);
});
