import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../../app.ts";
import type { Topic } from "../../protocol/bridge.ts";
import { count, hertz } from "../../text/format.ts";
import { words } from "../../text/words.ts";
import { Icon } from "../icon.tsx";
import { matching } from "./matching.ts";

export function TopicsPanel({ app }: { readonly app: App }): JSX.Element {
  const { state, filter } = app;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    app.focusFilter = () => input.current?.focus();
  }, [app]);
  const shown = useComputed(() => matching(state.topics.value, filter.value));
  const empty = state.topics.value.length === 0 ? words.topics.none : words.topics.noMatch;
  return (
    <section class="topics panel" aria-label={words.topics.label} data-testid="topics">
      <h2>
        {words.topics.label}
        <small>{state.topics.value.length === 0 ? "" : state.topics.value.length}</small>
        <label class="filter">
          <Icon name="search" />
          <input
            ref={input}
            type="search"
            placeholder={`${words.topics.filter}  /`}
            aria-label={words.topics.filter}
            value={filter.value}
            onInput={(event) => (filter.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              filter.value = "";
              event.currentTarget.blur();
              event.stopPropagation();
            }}
          />
        </label>
      </h2>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{words.topics.name}</th>
              <th scope="col" class="type">
                {words.topics.type}
              </th>
              <th scope="col" class="number">
                {words.topics.rate}
              </th>
              <th scope="col" class="number received">
                {words.topics.received}
              </th>
              <th scope="col" class="number">
                {words.topics.lost}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.value.map((topic) => (
              <TopicRow
                key={topic.name}
                topic={topic}
                chosen={topic.name === state.inspected.value}
                choose={() => state.inspect(topic.name === state.inspected.value ? "" : topic.name)}
              />
            ))}
          </tbody>
        </table>
        {shown.value.length === 0 ? <p class="none">{empty}</p> : null}
      </div>
    </section>
  );
}

interface RowProps {
  readonly topic: Topic;
  readonly chosen: boolean;
  readonly choose: () => void;
}

function TopicRow({ topic, chosen, choose }: RowProps): JSX.Element {
  return (
    <tr class={chosen ? "chosen" : ""} onClick={choose} data-topic={topic.name}>
      <td class="name">
        <button type="button" aria-pressed={chosen} title={topic.name}>
          <bdi>{topic.name}</bdi>
        </button>
      </td>
      <td class="type" title={`${topic.type} (${topic.encoding})`}>
        {topic.type}
      </td>
      <td class="number">{hertz(topic.rate_hz)}</td>
      <td class="number received">{count(topic.received)}</td>
      <td class={topic.lost > 0 ? "number some" : "number"}>{count(topic.lost)}</td>
    </tr>
  );
}
