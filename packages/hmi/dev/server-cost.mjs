// What one viewer costs the server, as JSON: `npm run cost -w @delos/hmi [seconds] [viewers] [recording…]`. The demo drive is
// played by a server of its own, first with nobody looking, then with viewers that read everything and draw nothing; the
// difference is theirs. Reads /proc: Linux only.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";

const seconds = Number(process.argv[2] ?? 20);
const viewers = Number(process.argv[3] ?? 1);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const bin = ["--import", "tsx", "--conditions=@delos/source", "packages/delos/src/bin.ts"];
const server = spawn(process.execPath, [...bin, "start", "--port", "0", "--loop", ...process.argv.slice(4)], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
});
const url = await new Promise((resolve, reject) => {
  let printed = "";
  server.stdout.on("data", (chunk) => {
    printed += chunk;
    const found = /HMI: http(:\S+)/.exec(printed);
    if (found !== null) resolve(`ws${found[1]}ws`);
  });
  server.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
});

/** Processor time of the server and all its threads, s; the kernel counts in hundredths. */
const cpuS = () => {
  const stat = readFileSync(`/proc/${server.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const percent = async () => {
  const [from, begin] = [cpuS(), performance.now()];
  await wait(seconds * 1000);
  return Math.round(((cpuS() - from) / (performance.now() - begin)) * 1e6) / 10;
};

await wait(8000); // until it has read its recording and is warm
const alonePercent = await percent();
let frames = 0;
let bytes = 0;
const sockets = Array.from({ length: viewers }, () => {
  const socket = new WebSocket(url);
  socket.on("message", (data) => {
    frames++;
    bytes += data.length;
  });
  return socket;
});
await wait(3000);
[frames, bytes] = [0, 0];
const viewedPercent = await percent();
const each = { framesPerS: Math.round(frames / seconds / viewers), bytesPerS: Math.round(bytes / seconds / viewers) };
const costPercent = Math.round((viewedPercent - alonePercent) * 10) / 10;
process.stdout.write(`${JSON.stringify({ viewers, alonePercent, viewedPercent, costPercent, each })}\n`);
for (const socket of sockets) socket.terminate();
server.kill("SIGTERM");
