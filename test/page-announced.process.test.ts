import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { isAvahiInstalled, startAvahi } from "../packages/discovery-mdns/src/avahi.test-support.ts";
import {
  buildWeather,
  isRoot,
  LossyPair,
  namespacesWork,
} from "../packages/transport-rtps/src/lossy-pair.test-support.ts";

/** `delos start` on one host, a real Avahi on another that lists what pages there are: two network namespaces. */
const canRun = namespacesWork && isAvahiInstalled && isRoot;
const BIN = fileURLToPath(new URL("../packages/delos/src/bin.ts", import.meta.url));
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 60_000, interval: 20 });

describe.skipIf(!canRun)("the page in the network (skipped without Avahi, network namespaces, root)", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-announced-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("avahi-browse lists a page that listens beyond loopback, as Delos' and as a page; not one that does not", async () => {
    const weather = { loss: 0, reorder: 0, duplicate: 0, seed: 1, mtu: 1500 };
    await using pair = await LossyPair.open(buildWeather(folder), weather);
    const avahi = startAvahi(pair, 1, folder);
    await until(() => expect(avahi.lines.some((line) => line.includes("Server startup complete"))).toBe(true));

    const serve = (port: number, ...more: readonly string[]) => {
      const args = ["start", "--drive", "--data", join(folder, String(port)), "--port", String(port), ...more];
      return pair.run(0, [process.execPath, "--import", "tsx", "--conditions=@delos/source", BIN, ...args]);
    };
    // The one that must not be listed is there first.
    const hidden = serve(8001);
    await until(() => expect(hidden.lines.join("\n")).toContain("HMI: http"));
    const shown = serve(8002, "--host", "0.0.0.0", "--token", "a-token-of-some-length");
    await until(() => expect(shown.lines.join("\n")).toContain("HMI: http"));

    const browse = (type: string) =>
      pair.run(1, ["avahi-browse", "-k", "--resolve", "--parsable", type], avahi.env).lines;
    const listed = [browse("_delos._tcp"), browse("_http._tcp")];
    for (const [i, type] of ["_delos._tcp", "_http._tcp"].entries()) {
      await until(() => {
        const found = listed[i]!.filter((line) => line.startsWith("=")).map((line) => line.split(";"));
        const name = expect.stringMatching(/^Delos\\032on\\032/);
        expect(found.map((fields) => [...fields.slice(1, 5), ...fields.slice(7, 9)])).toEqual([
          ["eth0", "IPv4", name, type, "10.77.0.1", "8002"],
        ]);
        expect(found[0]![9]).toContain('"path=/"');
        expect(found[0]![9]).toContain('"scheme=http"');
      });
    }
    // What was found is the page: without its token there is the login.
    const look = "fetch('http://10.77.0.1:8002/login').then(async (r) => console.log(r.status, await r.text()))";
    const { lines } = pair.run(1, [process.execPath, "-e", look]);
    await until(() => expect(lines.join("\n")).toMatch(/^200 <!doctype html>[\s\S]*data-testid="token"/i));
    shown.child.kill("SIGTERM");
    for (const lines of listed) await until(() => expect(lines.some((line) => line.startsWith("-"))).toBe(true));
  });
});
