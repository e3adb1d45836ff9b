import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { NoticeLevel } from "../../protocol/bridge.ts";
import type { PageState } from "../../state/page.ts";
import { clock } from "../../text/format.ts";
import { words } from "../../text/words.ts";

const LEVELS = ["info", "warn", "error", "fatal"] as const;

/** Notices of the server and of the page, newest last; stays at the end unless a person has scrolled up. */
export function ConsolePanel({ state }: { readonly state: PageState }): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  const notices = state.notices.value;
  useEffect(() => {
    if (list.current !== null && atEnd.current) list.current.scrollTop = list.current.scrollHeight;
  }, [notices]);
  const startS = state.playback.value?.start_s ?? 0;
  return (
    <section class="console panel" aria-label={words.console.label} data-testid="console">
      <h2>
        {words.console.label}
        {notices.length === 0 ? null : (
          <button type="button" onClick={() => (state.notices.value = [])}>
            {words.console.clear}
          </button>
        )}
      </h2>
      {notices.length === 0 ? <p class="none">{words.console.none}</p> : null}
      <ol
        ref={list}
        aria-live="polite"
        onScroll={({ currentTarget: el }) => (atEnd.current = el.scrollTop + el.clientHeight > el.scrollHeight - 24)}
      >
        {notices.map((notice) => (
          <li key={notice.number} class={LEVELS[notice.level] ?? LEVELS[NoticeLevel.error]}>
            <time>{notice.time_s > 0 && startS > 0 ? clock(notice.time_s - startS, 1) : ""}</time>
            <b>{notice.source}</b>
            <span>{notice.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
