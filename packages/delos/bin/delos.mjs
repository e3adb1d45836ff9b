#!/usr/bin/env node
// Committed and executable, so that npm links it before anything is built.
import { existsSync } from "node:fs";
import process from "node:process";

const built = new URL("../dist/bin.js", import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write(
    "delos: NOT_BUILT: run `npm run build` in the repository first (npm start and npm test do it too)\n",
  );
  process.exitCode = 1;
}
