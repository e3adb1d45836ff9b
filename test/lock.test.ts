import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Entry> };

test("the lock holds the packages of every platform (else: node scripts/complete-lock.mjs)", () => {
  const missing = Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.entries(optionalDependencies))
    .filter(([, version]) => /^\d/.test(version))
    .filter(([name]) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)));
  expect(missing).toEqual([]);
});

test("the lock names no download address", () => {
  const addresses = Object.values(packages).filter(({ resolved, link }) => resolved !== undefined && link !== true);
  expect(addresses).toEqual([]);
});
