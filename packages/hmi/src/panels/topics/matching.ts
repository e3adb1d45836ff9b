import type { Topic } from "../../protocol/bridge.ts";

/** Topics whose name or type holds every word of the filter, whatever the case. */
export function matching(topics: readonly Topic[], filter: string): readonly Topic[] {
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return topics;
  return topics.filter(({ name, type }) => {
    const text = `${name} ${type}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
