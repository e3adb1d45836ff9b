import type { Block, BlockFile } from "./block.ts";
import type { RecordedChannel } from "./channel-list.ts";
import type { ProblemList } from "./problems.ts";
import type { Attachment, Metadata, RecordingFormat } from "./recording.ts";

/** One opened file of a recording: what the three formats have in common. */
export interface RecordingFile extends BlockFile {
  readonly name: string;
  readonly format: RecordingFormat;
  readonly size: number;
  complete: boolean;
  readonly compression: ReadonlySet<string>;
  /** Those of this file, among the recording's. */
  readonly channels: readonly RecordedChannel[];
  /** In file order. */
  readonly blocks: readonly Block[];
  readonly problems: ProblemList;
  readonly metadata: readonly Metadata[];
  readonly attachments: readonly Attachment[];
  /** Messages, where the index counts them for the whole file only. */
  readonly claimedMessages?: number | undefined;
  /** True when opening read every block: counts, times and problems are facts, not claims of an index. */
  readonly scanned: boolean;
}
