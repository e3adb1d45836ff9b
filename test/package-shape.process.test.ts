import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, test } from "vitest";

/** What `npm publish` would send must work for those who install it: the built files, as npm packs them. */
const packages = readdirSync("packages").filter((name) => existsSync(`packages/${name}/package.json`));

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

describe.for(packages)("packages/%s", (name) => {
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8")) as Record<string, unknown>;

  test("publint has nothing to say", async () => {
    const { messages, pkg } = await publint({ pkgDir: `packages/${name}`, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
  });

  test("npm packs what users need, without tests; types resolve for ESM users", () => {
    const folder = mkdtempSync(join(tmpdir(), "delos-pack-"));
    try {
      const output = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
        cwd: `packages/${name}`,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      // Some versions of npm print an array, others an object with a key for each package.
      const [packed] = Object.values(JSON.parse(output) as Record<string, Packed>);
      const paths = packed!.files.map((file) => file.path);
      expect(paths).toEqual(expect.arrayContaining(["package.json", expect.stringMatching(/^dist\/index\./)]));
      expect(paths.filter((path) => /\.test[.-]|\.support\.|\.tsbuildinfo$|(^|\/)stress\//.test(path))).toEqual([]);
      if (!("exports" in manifest) || !("." in (manifest["exports"] as object))) return; // the page is files, not a module
      const attw = spawnSync(
        process.execPath,
        [
          "node_modules/@arethetypeswrong/cli/dist/index.js",
          join(folder, packed!.filename),
          "--profile",
          "esm-only",
          "--no-color",
        ],
        { encoding: "utf8" },
      );
      expect(attw.status, attw.stdout).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("names its licence, engines and home, and pins what it depends on", () => {
    expect(manifest).toMatchObject({ license: "Apache-2.0", engines: { node: ">=20.19" }, type: "module" });
    for (const [dependency, version] of Object.entries((manifest["dependencies"] ?? {}) as Record<string, string>)) {
      expect(version, dependency).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });
});
