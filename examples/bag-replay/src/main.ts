import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { apollo } from "@delos/msgs";
import { builtinRecordingPath, openReplay } from "@delos/replay";
import { open, topic } from "delos";

const { values, positionals } = parseArgs({ options: { rate: { type: "string" } }, allowPositionals: true });
const rate = values.rate === undefined || values.rate === "max" ? Number.POSITIVE_INFINITY : Number(values.rate);
const files = positionals.map((file) => resolve(process.env["INIT_CWD"] ?? ".", file));

const Pose = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate);
const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis);

// On the recorded clock a second is a second of the recording, however fast it is played.
await using runtime = await open({ clock: "recorded" });
await using node = runtime.node("summary");
await using replay = await openReplay(files.length > 0 ? files : [builtinRecordingPath()], {
  runtime,
  rate,
  begin: false,
});

const chassis = node.subscribe(Chassis);
let [seconds, distanceM] = [0, 0];
let last: { readonly x: number; readonly y: number } | undefined;
node.subscribe(Pose).on(({ message }) => {
  const { x, y } = message.pose?.position ?? {};
  if (x === undefined || y === undefined) return;
  if (last !== undefined) distanceM += Math.hypot(x - last.x, y - last.y);
  last = { x, y };
});

node.every(1000, () => {
  const speed = chassis.latest()?.message.speed_mps?.toFixed(2) ?? "?";
  console.log(`${++seconds} s: ${speed} m/s, ${distanceM.toFixed(1)} m driven`);
});

const ended = new Promise((finished) => void replay.events.on("ended", finished));
replay.begin();
await ended;
const { published, delivered, late } = replay.stats;
console.log(`sent ${published}, delivered ${delivered}, late ${late}`);
