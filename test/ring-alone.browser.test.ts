import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launch } from "../packages/hmi/dev/browser.ts";

/** sharedarraybuffer-ring as npm gives it to somebody who has nothing else: in an empty folder, in each runtime and in a browser. */
const packageFolder = fileURLToPath(new URL("../packages/sharedarraybuffer-ring/", import.meta.url));
/** How each runtime is told to run a program. */
const runtimes = new Map([
  ["node", [process.execPath]],
  ["bun", ["bun"]],
  ["deno", ["deno", "run", "--allow-all"]],
]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ring-alone-"));
  execFileSync("npm", ["pack", "--pack-destination", folder], { cwd: packageFolder, stdio: "ignore" });
  const installed = join(folder, "node_modules", "sharedarraybuffer-ring");
  mkdirSync(installed, { recursive: true });
  execFileSync("sh", ["-c", `tar -xzf ./*.tgz -C ${installed} --strip-components 1`], { cwd: folder });
  const readme = readFileSync(join(installed, "README.md"), "utf8");
  writeFileSync(join(folder, "example.mjs"), /```ts\n([\s\S]*?)```/.exec(readme)![1]!);
  writeFileSync(join(folder, "sender.mjs"), SENDER);
  writeFileSync(join(folder, "threads.mjs"), THREADS);
  const manifest = { type: "module", dependencies: { "sharedarraybuffer-ring": "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
});
afterAll(() => rmSync(folder, { recursive: true }));

const MESSAGES = Array.from({ length: 10 }, (_, i) => `message ${i}\n`).join("");

test("the package asks for nothing else", () => {
  const manifest = JSON.parse(
    readFileSync(join(folder, "node_modules", "sharedarraybuffer-ring", "package.json"), "utf8"),
  ) as Record<string, unknown>;
  expect(manifest["dependencies"]).toBeUndefined();
});

for (const [runtime, [command, ...args]] of runtimes) {
  const absent = spawnSync(command!, ["--version"]).status !== 0;
  const run = (program: string) => spawnSync(command!, [...args, program], { cwd: folder, encoding: "utf8" });

  describe.skipIf(absent)(`in ${runtime} (skipped without it)`, () => {
    test("the README's example runs", () => {
      const { stdout, stderr, status } = run("example.mjs");
      expect([stdout, stderr, status]).toEqual([MESSAGES, "", 0]);
    });

    test("a thread's messages of both rings arrive whole, in order, none lost", () => {
      const { stdout, stderr } = run("threads.mjs");
      expect([stdout.trim(), stderr]).toEqual([JSON.stringify({ small: 5000, large: 5000, wrong: 0, lost: 0 }), ""]);
    });
  });
}

/** What the writing thread does, here and in the browser. */
const SENDER = `
  export function send({ LogRing, PinRing }, data) {
    const [log, pin] = [LogRing.attach(data.log).writer(), PinRing.attach(data.pin).writer()];
    for (let i = 0; i < data.count; i++) {
      const message = new Uint8Array(1 + (i % 500)).fill(i % 200);
      while (!log.write(message)) log.waitForSpace(message.length);
      let loan;
      while ((loan = pin.loan(100_000)) === undefined) pin.waitForSpace(100_000);
      loan.bytes.fill(i % 200, 0, 100_000);
      loan.publish(100_000);
    }
    log.close();
    pin.close();
  }
`;
const THREADS = `
  import { isMainThread, Worker, workerData } from "node:worker_threads";
  import * as rings from "sharedarraybuffer-ring";
  import { send } from "./sender.mjs";
  if (isMainThread) {
    const log = rings.LogRing.create({ capacityBytes: 1 << 16 });
    const pin = rings.PinRing.create({ maxMessageBytes: 100_000, depth: 4, chunks: 8 });
    const readers = [log.reader({ mode: "reliable" }), pin.reader({ mode: "reliable" })];
    const seen = [0, 0];
    let wrong = 0;
    new Worker(new URL(import.meta.url), { workerData: { log: log.buffer, pin: pin.buffer, count: 5000 } });
    await Promise.all(readers.map((reader, which) => reader.listen((bytes, offset, length) => {
      const i = seen[which]++;
      if (length !== (which === 0 ? 1 + (i % 500) : 100_000)) wrong++;
      for (let at = offset; at < offset + length; at += 97) if (bytes[at] !== i % 200) wrong++;
    })));
    const lost = readers[0].lost + readers[1].lost;
    console.log(JSON.stringify({ small: seen[0], large: seen[1], wrong, lost }));
  } else {
    send(rings, workerData);
  }
`;
const PAGE = `
  import { LogRing, PinRing } from "/node_modules/sharedarraybuffer-ring/dist/index.js";
  export async function run(count) {
    const log = LogRing.create({ capacityBytes: 1 << 16 });
    const pin = PinRing.create({ maxMessageBytes: 100_000, depth: 4, chunks: 8 });
    const [logReader, pinReader] = [log.reader({ mode: "reliable" }), pin.reader({ mode: "reliable" })];
    const worker = new Worker("/worker.mjs", { type: "module" });
    worker.postMessage({ log: log.buffer, pin: pin.buffer, count });
    const [small, large] = [[], []];
    const listening = [
      logReader.listen((bytes, offset, length) => {
        small.push(length > 0 && new Set(bytes.slice(offset, offset + length)).size === 1 ? bytes[offset] : -1);
      }),
      pinReader.listen((bytes, offset, length) => {
        large.push(length === 100_000 && bytes[offset] === bytes[offset + length - 1] ? bytes[offset] : -1);
      }),
    ];
    await Promise.all(listening);
    worker.terminate();
    return { isolated: crossOriginIsolated, small, large, lost: logReader.lost + pinReader.lost };
  }
`;
const WORKER = `
  import * as rings from "/node_modules/sharedarraybuffer-ring/dist/index.js";
  import { send } from "/sender.mjs";
  onmessage = ({ data }) => send(rings, data);
`;

describe.skipIf(chromiumPath === undefined)(
  "in a browser with cross-origin isolation (skipped without chromium)",
  () => {
    let server: Server;
    beforeAll(async () => {
      writeFileSync(join(folder, "page.mjs"), PAGE);
      writeFileSync(join(folder, "worker.mjs"), WORKER);
      server = createServer((request, response) => {
        const path = join(folder, normalize(new URL(request.url!, "http://localhost").pathname));
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
        response.setHeader("Content-Type", [".js", ".mjs"].includes(extname(path)) ? "text/javascript" : "text/html");
        if (request.url === "/") response.end("<!doctype html><title>rings</title>");
        else if (existsSync(path)) response.end(readFileSync(path));
        else response.writeHead(404).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    afterAll(() => void server.close());

    test("a worker's messages of both rings arrive in the page, whole, in order, none lost", async () => {
      const browser = await launch();
      try {
        const page = await browser.newPage();
        await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        const count = 500;
        const found = await page.evaluate(`import("/page.mjs").then((module) => module.run(${count}))`);
        const expected = Array.from({ length: count }, (_, i) => i % 200);
        expect(found).toEqual({ isolated: true, small: expected, large: expected, lost: 0 });
      } finally {
        await browser.close();
      }
    });
  },
);
