import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest)$/;

/**
 * Writes `name.gz` beside every text file of the build, so that the server sends stored bytes and spends no time on
 * compression. A copy that would save nothing is not written.
 */
export function precompress(): Plugin {
  let folder = "dist";
  return {
    name: "delos-precompress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    writeBundle() {
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
      for (const file of files.filter((name) => COMPRESSIBLE.test(name))) {
        const bytes = readFileSync(join(folder, file));
        const packed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
        if (packed.length < bytes.length) writeFileSync(join(folder, `${file}.gz`), packed);
      }
    },
  };
}
