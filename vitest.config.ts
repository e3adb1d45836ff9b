import { defineConfig } from "vitest/config";

const source = "@delos/source";
const resolution = {
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source], externalConditions: [source] } },
};
/** Sockets, browsers and schedulers have moods; test/second-tries.ts names each test that needed this. */
const retry = 1;
/** Worker threads that tests start find TypeScript and the packages' sources through these. */
const execArgv = ["--import", "@oxc-node/core/register", `--conditions=${source}`, "--expose-gc"];

export default defineConfig({
  test: {
    reporters: ["default", "./test/second-tries.ts"],
    projects: [
      {
        ...resolution,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/*.threads.test.ts", "**/*.browser.test.ts", "**/*.process.test.ts", "**/node_modules/**"],
          execArgv,
          retry,
          testTimeout: 60_000,
        },
      },
      {
        // Threads that spin, browsers and whole processes slow each other down on few cores: one file at a time.
        ...resolution,
        test: {
          name: "alone",
          include: ["**/*.threads.test.ts", "**/*.browser.test.ts", "**/*.process.test.ts"],
          exclude: ["**/node_modules/**"],
          execArgv,
          retry,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 20_000 } },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
