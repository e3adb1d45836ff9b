import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { buildWeather, isRoot, LossyPair, namespacesWork } from "../../transport-rtps/src/lossy-pair.test-support.ts";
import { isAvahiInstalled, startAvahi } from "./avahi.test-support.ts";

/**
 * Delos on one host and a real Avahi (Debian: avahi-daemon, avahi-utils, dbus) on the other: two network namespaces. And mdns-js,
 * the npm package.
 */
const NEIGHBOUR = fileURLToPath(new URL("./neighbour.test-support.ts", import.meta.url));
const MDNS_JS = fileURLToPath(new URL("./mdns-js.test-support.ts", import.meta.url));
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 10 });
const objects = (lines: readonly string[]): unknown[] => lines.map((each) => JSON.parse(each) as unknown);

describe.skipIf(!namespacesWork)("beside others (skipped where network namespaces cannot be made)", () => {
  let folder: string;
  let weather: string;
  let pair: LossyPair;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-mdns-"));
    weather = buildWeather(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    pair = await LossyPair.open(weather, { loss: 0, reorder: 0, duplicate: 0, seed: 1, mtu: 1500 });
  });
  afterEach(() => pair[Symbol.asyncDispose]());

  const tsx = createRequire(import.meta.url).resolve("tsx/cli");
  const script = (side: 0 | 1, file: string, ...args: string[]) =>
    pair.run(side, [process.execPath, tsx, "--conditions=@delos/source", file, ...args]);

  describe.skipIf(!isAvahiInstalled || !isRoot)(
    "Avahi (skipped where it is not installed, and for others than root)",
    () => {
      let env: NodeJS.ProcessEnv;
      beforeEach(async () => {
        const avahi = startAvahi(pair, 1, folder);
        ({ env } = avahi);
        await until(() => expect(avahi.lines.join("\n")).toContain("Server startup complete"));
      });

      test("avahi-browse lists the page that we announce, with its address and facts", async () => {
        const ours = script(0, NEIGHBOUR, "announce", "Delos on car 7", "_delos._tcp", "8888");
        const { lines } = pair.run(1, ["avahi-browse", "--resolve", "--parsable", "_delos._tcp"], env);
        await until(() => {
          const [found] = lines.filter((each) => each.startsWith("=")).map((each) => each.split(";"));
          expect(found?.slice(1, 5)).toEqual(["eth0", "IPv4", String.raw`Delos\032on\032car\0327`, "_delos._tcp"]);
          expect(found?.slice(7, 9)).toEqual(["10.77.0.1", "8888"]);
          expect(found?.[9]).toContain('"path=/"');
        });
        await until(() => expect(objects(ours.lines)).toEqual([{ announced: "Delos on car 7" }]));
      });

      test("we find what avahi-publish offers, and lose it when it ends", async () => {
        const ours = script(0, NEIGHBOUR, "browse", "_delos._tcp");
        const offer = ["avahi-publish", "--service", "robot page", "_delos._tcp", "9999", "path=/hmi", "tls=yes"];
        const theirs = pair.run(1, offer, env);
        // What it says comes in several packets when it is slow: then it is told again, as more is known.
        await until(() =>
          expect(objects(ours.lines).at(-1)).toMatchObject({
            found: {
              name: "robot page",
              type: "_delos._tcp",
              host: "workshop.local",
              port: 9999,
              addresses: ["10.77.0.2"],
              txt: { path: "/hmi", tls: "yes" },
            },
          }),
        );
        theirs.child.kill("SIGTERM");
        await until(() => expect(objects(ours.lines).at(-1)).toMatchObject({ lost: { name: "robot page" } }));
      });

      test("a name that Avahi has already makes us take another", async () => {
        const theirs = pair.run(1, ["avahi-publish", "--service", "car", "_delos._tcp", "9999"], env);
        const browsing = pair.run(1, ["avahi-browse", "--parsable", "_delos._tcp"], env);
        await until(() => expect(browsing.lines.some((each) => each.includes(";car;"))).toBe(true));
        const ours = script(0, NEIGHBOUR, "announce", "car", "_delos._tcp", "8888");
        await until(() => expect(objects(ours.lines)).toEqual([{ announced: "car (2)" }]));
        expect(theirs.child.exitCode).toBeNull();
      });
    },
  );

  test("mdns-js finds us, and we find what mdns-js announces", async () => {
    script(0, NEIGHBOUR, "announce", "Delos on car 7", "_delos._tcp", "8888");
    const ours = script(0, NEIGHBOUR, "browse", "_http._tcp");
    const theirs = script(1, MDNS_JS);
    await until(() => expect(objects(theirs.lines)).toContainEqual({ port: 8888, address: "10.77.0.1" }));
    await until(() =>
      expect(objects(ours.lines).at(-1)).toMatchObject({
        found: { name: "js", port: 7777, addresses: ["10.77.0.2"] },
      }),
    );
  });
});
