import { DelosError, type JsonValue } from "@delos/core";
import type { Summary } from "./run.ts";

/*
 * What the page's recordings and the server say to each other: JSON, a message a frame. The page asks with an id and gets one
 * answer of the same id. The parts of a file that is sent are binary frames between `upload` and `uploaded`; each is
 * answered by how much has been written.
 */

export type Ask =
  | { readonly do: "list" }
  | { readonly do: "open"; readonly recording: string }
  /** How a recording drives; without one, the recording that plays. */
  | { readonly do: "trace"; readonly recording?: string }
  | { readonly do: "upload"; readonly name: string; readonly bytes: number }
  /** All parts were sent: plays it. */
  | { readonly do: "uploaded" }
  | { readonly do: "cancel" };

export type Told =
  | { readonly id: number; readonly answer: JsonValue }
  | { readonly id: number; readonly error: { readonly code: string; readonly text: string } }
  | { readonly written: number };

/** A recording as pages see it. */
export interface ListedRecording extends Summary {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly bytes: number;
  /** Unix ms. */
  readonly modifiedMs: number;
  readonly playing: boolean;
}

const MAX_TEXT = 512;

/** @throws {DelosError} `BRIDGE_MALFORMED`; `details.id`: of the message, where it has one */
export function readAsked(text: string): { readonly id: number; readonly ask: Ask } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed("a message is no JSON", 0);
  }
  if (typeof json !== "object" || json === null) throw malformed("a message is no object", 0);
  const { id, do: what, recording, name, bytes } = json as Readonly<Record<string, unknown>>;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1) throw malformed("id is no number from 1 up", 0);
  const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MAX_TEXT;
  switch (what) {
    case "list":
    case "uploaded":
    case "cancel":
      return { id, ask: { do: what } };
    case "open":
      if (!isText(recording)) throw malformed("open: recording is no text", id);
      return { id, ask: { do: "open", recording } };
    case "trace":
      if (recording === undefined) return { id, ask: { do: "trace" } };
      if (!isText(recording)) throw malformed("trace: recording is no text", id);
      return { id, ask: { do: "trace", recording } };
    case "upload":
      if (!isText(name) || typeof bytes !== "number") throw malformed("upload: it has a name and bytes", id);
      return { id, ask: { do: "upload", name, bytes } };
    default:
      throw malformed(`nothing here does ${JSON.stringify(what)?.slice(0, 60)}`, id);
  }
}

const malformed = (text: string, id: number): DelosError =>
  new DelosError("BRIDGE_MALFORMED", text, { details: { id } });
