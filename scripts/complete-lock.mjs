// Completes package-lock.json with the packages of other platforms: `node scripts/complete-lock.mjs`, after an `npm install`
// against a registry that mirrors one platform only. npm leaves out what it cannot find there, and `npm ci` then refuses the
// lock everywhere. Their versions are pinned by the packages that ask for them; os and cpu stand in their names.
import { readFileSync, writeFileSync } from "node:fs";

const OS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const CPU = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64", "wasm32"];

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));

/** Where npm looks for `name` when `from` asks: beside it, then in each folder above. */
function resolved(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (path in lock.packages) return path;
    if (at === "") return undefined;
  }
}

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (resolved(path, name) !== undefined || !/^\d/.test(version)) continue;
    const words = name.split(/[/@_-]/);
    const os = OS.filter((word) => words.includes(word));
    const cpu = CPU.filter(
      (word) => words.includes(word) || (word === "arm" && words.some((w) => /^arm(v\d|eabi|hf)?$/.test(w))),
    );
    if (os.length === 0 && cpu.length === 0) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu.length > 0 ? { cpu } : {}),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...(os.length > 0 ? { os } : {}),
    };
    added++;
  }
}
if (added > 0) {
  const { "": root, ...others } = lock.packages;
  const sorted = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = { "": root, ...Object.fromEntries(sorted) };
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.error(`package-lock.json: ${added} packages of other platforms added`);
