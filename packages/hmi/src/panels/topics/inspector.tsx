import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { PageState } from "../../state/page.ts";
import { bytes, utc } from "../../text/format.ts";
import { words } from "../../text/words.ts";
import { Icon } from "../icon.tsx";
import { parseMessage } from "./message-tree.ts";
import { Tree } from "./tree.tsx";

/** The newest message of the chosen topic as a tree that changes in place. */
export function Inspector({ state }: { readonly state: PageState }): JSX.Element {
  const held = useSignal<typeof state.raw.value>(undefined);
  const copied = useSignal(false);
  const raw = held.value?.topic === state.inspected.value ? held.value : state.raw.value;
  const copy = (): void => {
    void navigator.clipboard?.writeText(raw?.json ?? "").then(() => {
      copied.value = true;
      setTimeout(() => (copied.value = false), 1200);
    });
  };
  return (
    <section class="inspector panel" aria-label={words.inspector.label} data-testid="inspector">
      <h2>
        <span title={state.inspected.value}>{state.inspected.value}</span>
        <button
          type="button"
          aria-pressed={held.value !== undefined}
          onClick={() => (held.value = held.value === undefined ? raw : undefined)}
        >
          {held.value === undefined ? words.inspector.hold : words.inspector.follow}
        </button>
        <button type="button" onClick={copy} disabled={raw === undefined}>
          {copied.value ? words.inspector.copied : words.inspector.copy}
        </button>
        <button type="button" class="icon" onClick={() => state.inspect("")} aria-label={words.inspector.close}>
          <Icon name="close" />
        </button>
      </h2>
      {raw === undefined ? (
        <p class="none">{words.inspector.waiting}</p>
      ) : (
        <>
          <p class="about">
            {utc(raw.time_s)} · {bytes(raw.size)}
          </p>
          {raw.error === "" ? (
            <Tree value={parseMessage(raw.json)} key={raw.topic} />
          ) : (
            <p class="error">{raw.error}</p>
          )}
        </>
      )}
    </section>
  );
}
