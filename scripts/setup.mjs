// What `npm start`, `npm test` and `npm run bench` need before they run: packages installed, everything built.
// Nothing but Node and npm; safe to run again, quick when there is nothing to do.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `delos: NODE_TOO_OLD: this is Node ${process.versions.node}; Delos needs 20.19 or newer. Install it from https://nodejs.org and run again.`,
  );
  process.exit(1);
}

/** Runs a program of the repository; its failure is ours. */
export function run(label, command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], ...options });
  if (result.error) {
    console.error(`delos: SETUP_FAILED: ${label}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) {
    console.error(
      `delos: SETUP_FAILED: ${label} ended with ${result.signal ?? `status ${result.status}`}; what it printed stands above.`,
    );
    process.exit(result.status ?? 1);
  }
}

export const bin = (name) => join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);

function installed() {
  const marker = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(marker)) return false;
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const have = JSON.parse(readFileSync(marker, "utf8")).packages;
  return Object.entries(lock).every(
    ([path, entry]) =>
      path === "" ||
      entry.optional ||
      entry.link ||
      !path.includes("node_modules") ||
      have[path]?.version === entry.version,
  );
}

export function install() {
  if (installed()) return;
  console.error("delos: installing packages from the npm registry (once) …");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  if (npm) run("npm ci", process.execPath, [npm, ...args]);
  else run("npm ci", process.platform === "win32" ? "npm.cmd" : "npm", args, { shell: process.platform === "win32" });
}

export function build() {
  run("tsc -b", bin("tsc"), ["-b"]);
  recording();
  const page = join(root, "packages", "hmi");
  if (existsSync(join(page, "vite.config.ts")) && stale(page)) {
    console.error("delos: building the page …");
    run("vite build", bin("vite"), ["build", "--logLevel", "warn"], { cwd: page });
  }
}

/** The built-in recording is a drive of our own modules: made again when one of them has changed. */
function recording() {
  const file = join(root, "packages", "replay", "recordings", "closed-loop.mcap");
  const makers = ["msgs", "math", "bag", "localization", "planning", "control", "vehicle", "sim"];
  const builtAt = Math.max(
    ...makers.map((name) => statSync(join(root, "packages", name, "dist", ".tsbuildinfo")).mtimeMs),
  );
  if (existsSync(file) && statSync(file).mtimeMs > builtAt) return;
  console.error("delos: driving the built-in recording …");
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  const args = ["sim", "--track", "loop", "--duration", "46", "--out", unfinished];
  run("delos sim", process.execPath, [join(root, "packages", "delos", "bin", "delos.mjs"), ...args]);
  renameSync(unfinished, file);
}

/** The page is rebuilt when a source is newer than what was built. */
function stale(page) {
  const built = join(page, "dist", "index.html");
  if (!existsSync(built)) return true;
  const result = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "--", ".", "../../proto"], {
    cwd: page,
    encoding: "utf8",
  });
  const files = result.status === 0 ? result.stdout.split("\n").filter(Boolean) : ["src", "index.html", "package.json"];
  const builtAt = statSync(built).mtimeMs;
  return files.some((file) => existsSync(join(page, file)) && statSync(join(page, file)).mtimeMs > builtAt);
}

export function setup() {
  install();
  build();
}
