import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { App } from "../app.ts";
import { Icon } from "../panels/icon.tsx";
import { useReturnFocus } from "../panels/keys/return-focus.ts";
import "./bus.css";
import { BusState, TABS } from "./bus-state.ts";
import { busWords as words } from "./bus-words.ts";
import { GraphTab } from "./graph-tab.tsx";
import { ParametersTab } from "./parameters-tab.tsx";
import { ServicesTab } from "./services-tab.tsx";
import { TopicsTab } from "./topics-tab.tsx";

/** The bus: who talks to whom, what they say, and saying something oneself. */
export default function BusView({ app, close }: { readonly app: App; readonly close: () => void }): JSX.Element {
  const state = useMemo(() => new BusState(app), [app]);
  useReturnFocus();
  useEffect(() => () => state[Symbol.dispose](), [state]);
  const { tab, link } = state;
  const shown = tab.value;
  return (
    <section class="bus-view" aria-label={words.label} data-testid="bus-view">
      <header>
        <div role="tablist" aria-label={words.label}>
          {TABS.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              aria-selected={each === shown}
              data-testid={`bus-tab-${each}`}
              onClick={() => (tab.value = each)}
            >
              {words.tabs[each]}
            </button>
          ))}
        </div>
        {link.state.value === "open" ? null : (
          <p role="status">{link.state.value === "lost" ? words.lost : words.connecting}</p>
        )}
        <label class="filter">
          <Icon name="search" />
          <input
            type="search"
            placeholder={words.filter}
            aria-label={words.filter}
            value={state.filter.value}
            onInput={(event) => (state.filter.value = event.currentTarget.value)}
          />
        </label>
        <button type="button" class="icon" onClick={close} aria-label={words.close} data-testid="bus-close">
          <Icon name="close" />
        </button>
      </header>
      {shown === "graph" ? <GraphTab state={state} /> : null}
      {shown === "topics" ? <TopicsTab state={state} /> : null}
      {shown === "services" ? <ServicesTab state={state} /> : null}
      {shown === "parameters" ? <ParametersTab state={state} /> : null}
    </section>
  );
}
