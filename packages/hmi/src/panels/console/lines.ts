import type { NumberedNotice } from "../../state/page.ts";

/** Lines of at least the level that hold every word of the search, in source or text, in any order and case. */
export function linesThatMatch(
  notices: readonly NumberedNotice[],
  least: number,
  search: string,
): readonly NumberedNotice[] {
  const wanted = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (least <= 0 && wanted.length === 0) return notices;
  return notices.filter(({ level, source, text }) => {
    if (level < least) return false;
    const line = `${source} ${text}`.toLowerCase();
    return wanted.every((word) => line.includes(word));
  });
}
