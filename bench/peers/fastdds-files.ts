import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "/dev/shm";
const OWN = /^(sem\.)?(fastrtps_|fast_datasharing_)/;

/** What was there before us is not ours. */
const before = new Set(files());

/** Participants of Fast DDS that end without being deleted leave their segments: those of this run that nobody has mapped go. */
export function sweepFastDds(): void {
  const left = files().filter((name) => !before.has(name));
  if (left.length === 0) return;
  const used = mappedFiles();
  for (const name of left) if (!used.includes(join(FOLDER, name))) rmSync(join(FOLDER, name), { force: true });
}

function files(): string[] {
  try {
    return readdirSync(FOLDER).filter((name) => OWN.test(name));
  } catch {
    return [];
  }
}

/** The maps of all processes that we may look at. */
function mappedFiles(): string {
  const maps = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/maps`, "utf8");
      } catch {
        return ""; // it has ended, or is another user's
      }
    });
  return maps.join("");
}
