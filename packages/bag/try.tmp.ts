import { readFileSync } from "node:fs";
import { openRecording } from "@delos/bag";

const w = new Uint8Array(readFileSync("/work/shared/bags/mcap/ros2_talker.mcap"));
const t = performance.now();
for (let n = 0; n < w.length; n++) {
  try {
    using r = await openRecording(w.slice(0, n), { skipBadChunks: false });
    r.verify();
    using c = r.cursor();
    while (c.next());
    while (c.previous());
  } catch {}
}
console.log(w.length, performance.now() - t);
