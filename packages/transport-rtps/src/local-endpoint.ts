import type { EndpointData } from "./endpoint-data.ts";
import type { RemoteReader, RemoteWriter } from "./remote.ts";
import type { StatefulReader } from "./stateful-reader.ts";
import type { StatefulWriter } from "./stateful-writer.ts";

/** A writer of this participant, as discovery knows it. */
export interface LocalWriter {
  readonly data: EndpointData;
  readonly writer: StatefulWriter;
  /** Whether the pair may talk; asked before it is matched, and when the other side has changed. */
  accepts(remote: RemoteReader): boolean;
  /** `moved`: the pair has talked before, by another transport. */
  matched(remote: RemoteReader, moved: boolean): void;
  unmatched(remote: RemoteReader): void;
  /** It says other things of itself, and the pair still fits. */
  changed?(remote: RemoteReader): void;
}

export interface LocalReader {
  readonly data: EndpointData;
  readonly reader: StatefulReader;
  /** It does not listen to writers of its own participant. */
  readonly ignoresOwn?: boolean;
  accepts(remote: RemoteWriter): boolean;
  /** Whether this protocol still serves the pair, which was accepted. */
  carries(remote: RemoteWriter): boolean;
  matched(remote: RemoteWriter): void;
  unmatched(remote: RemoteWriter): void;
  changed?(remote: RemoteWriter): void;
  /** The writer's liveliness has changed. */
  liveliness(remote: RemoteWriter, alive: boolean): void;
}
