import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { BusState } from "./bus-state.ts";
import { busWords as words } from "./bus-words.ts";
import { isOwn } from "./graph-layout.ts";
import { MessageForm } from "./message-form.tsx";
import type { Json, Schema } from "./schema-form.ts";

/** Services of nodes' parameters have a tab of their own. */
const PARAMETERS =
  /\/parameters\/(list|get|set)$|\/(list|get|set|describe)_parameters(_atomically)?$|\/get_parameter_types$/;

/** The services on the bus, to be called with a form made from their request's schema. */
export function ServicesTab({ state }: { readonly state: BusState }): JSX.Element {
  const wanted = state.filter.value.trim().toLowerCase();
  const services = state.graph.services.filter(
    ({ name, servers, type }) =>
      servers.length > 0 && !PARAMETERS.test(name) && !isOwn(name) && `${name} ${type}`.toLowerCase().includes(wanted),
  );
  const chosen = services.find(({ name }) => name === state.service.value);
  return (
    <div class="bus-services">
      <nav class="panel" aria-label={words.tabs.services}>
        {services.length === 0 ? <p class="none">{words.services.none}</p> : null}
        <ul>
          {services.map(({ name, type, servers }) => (
            <li key={name}>
              <button
                type="button"
                aria-pressed={name === chosen?.name}
                data-service={name}
                onClick={() => (state.service.value = name)}
              >
                <span>{name}</span>
                <small>
                  {type} · {words.services.servers} {servers.join(", ")}
                </small>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {chosen === undefined ? (
        <p class="panel none">{words.services.choose}</p>
      ) : (
        <Call state={state} name={chosen.name} key={chosen.name} />
      )}
    </div>
  );
}

function Call({ state, name }: { readonly state: BusState; readonly name: string }): JSX.Element {
  const [schema, setSchema] = useState<Schema | undefined>(undefined);
  const [request, setRequest] = useState<Json>({});
  const [answer, setAnswer] = useState<{ readonly text: string; readonly isError: boolean } | undefined>(undefined);
  const [calling, setCalling] = useState(false);
  useEffect(() => {
    void state.link.ask({ do: "service", name }).then(
      (found) => setSchema((found as { readonly request: Schema }).request),
      (error: unknown) => setAnswer({ text: (error as Error).message, isError: true }),
    );
  }, [name, state]);
  const call = async (): Promise<void> => {
    setCalling(true);
    try {
      const response = await state.link.ask({ do: "call", name, request });
      setAnswer({ text: JSON.stringify(response, undefined, 2), isError: false });
    } catch (error) {
      setAnswer({ text: (error as Error).message, isError: true });
    } finally {
      setCalling(false);
    }
  };
  return (
    <form
      class="panel call"
      onSubmit={(event) => {
        event.preventDefault();
        void call();
      }}
    >
      <h2>{name}</h2>
      {schema === undefined ? null : <MessageForm schema={schema} message={request} change={setRequest} id="request" />}
      <button type="submit" class="main" disabled={calling || schema === undefined} data-testid="call-service">
        {words.services.call}
      </button>
      {answer === undefined ? null : (
        <pre class={answer.isError ? "error" : ""} role="status" data-testid="service-answer">
          {answer.text}
        </pre>
      )}
    </form>
  );
}
