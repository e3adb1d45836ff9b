// Puts Foxglove Studio into a folder: `node scripts/foxglove-studio.mjs FOLDER`. The test of what it shows runs where the
// environment variable FOXGLOVE_STUDIO names that folder. Studio 1 (MPL-2.0) is the last one that was open, and what Lichtblick
// was forked from; it is a tool of tests alone, no dependency. A folder that has it already is left as it is.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** What is taken out of which package; `sha512` as the registry has it. */
const PACKAGES = [
  {
    name: "@foxglove/studio-base@1.48.0",
    sha512: "EY8cYoHUm6VyTSVZBdfn5EJK2bRwTfAjH92H5wgAEcnKyeCUyKkxjgwbqO2jKwRJGa+7VPaEHHF167BzFh+N4A==",
    folder: "package/assets",
    depth: 1,
  },
  {
    name: "react@17.0.2",
    sha512: "gnhPt75i/dq/z3/6q/0asP78D0u592D5L1pd7M8P+dck6Fu/jJeL6iVVK23fptSUZj8Vjf++7wXA8UNclGQcbA==",
    folder: "package/umd/react.production.min.js",
    depth: 2,
  },
  {
    name: "react-dom@17.0.2",
    sha512: "s4h96KtLDUQlsENhMn1ar8t2bEa+q/YAtj8pPPdIjPDGBDIVNsrD9aXNWqspUe6AzKCIG0C1HZZLqLV7qpOBGA==",
    folder: "package/umd/react-dom.production.min.js",
    depth: 2,
  },
];

const target = process.argv[2] && resolve(process.argv[2]);
if (target === undefined) {
  console.error("which folder? node scripts/foxglove-studio.mjs FOLDER");
  process.exit(2);
}
const complete = join(target, "complete");
if (!existsSync(complete)) {
  const work = mkdtempSync(join(tmpdir(), "foxglove-studio-"));
  try {
    const made = join(work, "studio");
    mkdirSync(made);
    const packed = JSON.parse(
      run("npm", ["pack", "--json", "--loglevel=error", ...PACKAGES.map(({ name }) => name)], work),
    );
    for (const { name, sha512, folder, depth } of PACKAGES) {
      const { filename } = packed.find(({ id }) => id === name);
      const file = join(work, filename);
      const found = createHash("sha512").update(readFileSync(file)).digest("base64");
      if (found !== sha512) throw new Error(`${name} is not what it was: sha512-${found}`);
      // The compiler of user scripts is a fifth of it, and no panel that is tested has one.
      run("tar", ["-xzf", file, `--strip-components=${depth}`, "--exclude=*/ts.worker.*", folder], made);
    }
    // Two thirds of the program are its source map, inline.
    const index = join(made, "assets", "index.js");
    const text = readFileSync(index, "utf8");
    writeFileSync(index, text.slice(0, text.lastIndexOf("//# sourceMappingURL=data:")));
    cpSync(made, target, { recursive: true });
    writeFileSync(complete, "");
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
console.log(target);

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return stdout;
}
