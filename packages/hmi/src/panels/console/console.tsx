import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { NoticeLevel } from "../../protocol/bridge.ts";
import type { PageState } from "../../state/page.ts";
import { clock } from "../../text/format.ts";
import { words } from "../../text/words.ts";
import { Icon } from "../icon.tsx";
import { linesThatMatch } from "./lines.ts";

const LEVELS = ["info", "warn", "error", "fatal"] as const;
/** More lines than a person scrolls through; the search finds the others. */
const MOST_SHOWN = 300;

/** What all nodes of the bus, the server and the page have to say, newest last; stays at the end unless a person scrolls up. */
export function ConsolePanel({ state }: { readonly state: PageState }): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  const least = useSignal(0);
  const search = useSignal("");
  const notices = state.notices.value;
  const lines = useMemo(
    () => linesThatMatch(notices, least.value, search.value).slice(-MOST_SHOWN),
    [notices, least.value, search.value],
  );
  useEffect(() => {
    if (list.current !== null && atEnd.current) list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  const startS = state.playback.value?.start_s ?? 0;
  return (
    <section class="console panel" aria-label={words.console.label} data-testid="console">
      <h2>
        {words.console.label}
        <label class="filter">
          <Icon name="search" />
          <input
            type="search"
            placeholder={words.console.search}
            aria-label={words.console.search}
            value={search.value}
            onInput={(event) => (search.value = event.currentTarget.value)}
            data-testid="console-search"
          />
        </label>
        <select
          class="level"
          aria-label={words.console.level}
          value={String(least.value)}
          onChange={(event) => (least.value = Number(event.currentTarget.value))}
          data-testid="console-level"
        >
          {LEVELS.map((level, value) => (
            <option key={level} value={String(value)}>
              {words.console.levels[level]}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="icon"
          disabled={notices.length === 0}
          aria-label={words.console.clear}
          title={words.console.clear}
          onClick={() => (state.notices.value = [])}
        >
          <Icon name="close" />
        </button>
      </h2>
      {lines.length > 0 ? null : (
        <p class="none">{notices.length === 0 ? words.console.none : words.console.noMatch}</p>
      )}
      <ol
        ref={list}
        aria-live="polite"
        onScroll={({ currentTarget: el }) => (atEnd.current = el.scrollTop + el.clientHeight > el.scrollHeight - 24)}
      >
        {lines.map((notice) => (
          <li key={notice.number} class={LEVELS[notice.level] ?? LEVELS[NoticeLevel.error]}>
            <time>{notice.time_s > 0 && startS > 0 ? clock(notice.time_s - startS, 1) : ""}</time>{" "}
            <b>{notice.source}</b> <span>{notice.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
