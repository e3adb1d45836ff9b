import type { Command } from "../command.ts";
import { bagCat } from "./bag-cat.ts";
import { bagCheck, bagConformance } from "./bag-check.ts";
import { bagConvert, bagFilter, bagMerge, bagRecover, bagSplit } from "./bag-convert.ts";
import { bagDigest } from "./bag-digest.ts";
import { bagInfo } from "./bag-info.ts";

/** `delos bag …`: recordings of all three formats. */
export const commands: readonly Command[] = [
  bagInfo,
  bagDigest,
  bagCat,
  bagCheck,
  bagConvert,
  bagFilter,
  bagMerge,
  bagRecover,
  bagSplit,
  bagConformance,
];
