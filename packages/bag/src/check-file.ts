import { DelosError } from "@delos/core";
import { openFile } from "./byte-source.ts";
import { mcapRecords } from "./mcap/record-stream.ts";
import type { Problem } from "./recording.ts";

/**
 * What reading the messages does not see: in an MCAP file the checksum of the data section, attachments, and every record
 * of the summary. Other formats have nothing of the kind. The recording must have been verified: its codecs are loaded.
 */
export function checkFile(path: string, format: string): readonly Problem[] {
  if (format !== "mcap") return [];
  using source = openFile(path);
  try {
    for (const record of mcapRecords(source)) void record;
    return [];
  } catch (error) {
    if (!(error instanceof DelosError)) throw error;
    const offset = error.details["offset"];
    return [{ code: error.code, offset: typeof offset === "number" ? offset : 0, message: error.message, file: path }];
  }
}
