import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { hertz } from "../text/format.ts";
import type { BusState } from "./bus-state.ts";
import { busWords as words } from "./bus-words.ts";
import { FieldPlots } from "./field-plots.tsx";
import { PublishForm } from "./publish-form.tsx";
import type { Json, Schema } from "./schema-form.ts";
import { SchemaTree } from "./schema-tree.tsx";

/** A topic's fields with their values, plots of them, and publishing. */
export function TopicsTab({ state }: { readonly state: BusState }): JSX.Element {
  const { app, filter } = state;
  const wanted = filter.value.trim().toLowerCase();
  const topics = state.graph.topics.filter(({ name, type }) => `${name} ${type}`.toLowerCase().includes(wanted));
  const chosen = app.state.inspected.value;
  const type = state.graph.topics.find(({ name }) => name === chosen)?.type.split(", ")[0] ?? "";
  return (
    <div class="bus-topics">
      <nav class="panel" aria-label={words.tabs.topics}>
        <ul>
          {topics.map((topic) => (
            <li key={topic.name}>
              <button
                type="button"
                aria-pressed={topic.name === chosen}
                data-topic={topic.name}
                onClick={() => app.state.inspect(topic.name)}
              >
                <span>{topic.name}</span>
                <small>
                  {topic.type} {topic.rateHz === undefined ? "" : `· ${hertz(topic.rateHz)} Hz`}
                </small>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {chosen === "" ? (
        <p class="panel none">{words.topics.choose}</p>
      ) : (
        <Message state={state} topic={chosen} type={type} key={`${chosen} ${type}`} />
      )}
      <div class="beside">
        <FieldPlots state={state} />
        <PublishForm state={state} topic={chosen} />
      </div>
    </div>
  );
}

interface MessageProps {
  readonly state: BusState;
  readonly topic: string;
  readonly type: string;
}

function Message({ state, topic, type }: MessageProps): JSX.Element {
  const [schema, setSchema] = useState<Schema>({});
  useEffect(() => {
    let current = true;
    if (type !== "")
      void state.link.ask({ do: "schema", topic, type }).then(
        (answer) => current && setSchema(answer as Schema),
        () => {}, // nobody knows the type: the message shows itself
      );
    return () => {
      current = false;
    };
  }, [topic, type, state]);
  const raw = state.app.state.raw.value;
  const value = raw?.topic === topic && raw.error === "" ? (JSON.parse(raw.json) as Json) : undefined;
  return (
    <section class="panel message" aria-label={topic}>
      <h2>
        {topic} <small>{type}</small>
      </h2>
      {raw?.topic === topic && raw.error !== "" ? <p class="error">{raw.error}</p> : null}
      {value === undefined && raw?.topic !== topic ? <p class="none">{words.topics.waiting}</p> : null}
      <SchemaTree
        schema={schema}
        value={value}
        isPlotted={(path) => state.isPlotted(topic, path)}
        plot={(path) => state.togglePlot(topic, path)}
      />
    </section>
  );
}
