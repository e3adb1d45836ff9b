import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { BusState } from "./bus-state.ts";
import { busWords as words } from "./bus-words.ts";
import { type Json, numberOf } from "./schema-form.ts";

interface Parameter {
  readonly name: string;
  readonly kind: "boolean" | "integer" | "number" | "string" | "numbers" | "strings";
  readonly value: Json;
  readonly default?: Json;
  readonly description?: string;
  readonly unit?: string;
  readonly readOnly?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly choices?: readonly string[];
}

interface NodeParameters {
  readonly node: string;
  readonly parameters?: readonly Parameter[];
  readonly error?: string;
}

/** Every node's parameters, with their limits, to be read and set. */
export function ParametersTab({ state }: { readonly state: BusState }): JSX.Element {
  const [nodes, setNodes] = useState<readonly NodeParameters[] | undefined>(undefined);
  const read = (): void => {
    void state.link.ask({ do: "parameters" }).then(
      (answer) => setNodes(answer as readonly NodeParameters[]),
      () => {},
    );
  };
  const isOpen = state.link.state.value === "open";
  useEffect(() => {
    if (isOpen) read();
  }, [isOpen]);
  const wanted = state.filter.value.trim().toLowerCase();
  return (
    <div class="bus-parameters panel">
      <button type="button" onClick={read}>
        {words.parameters.reload}
      </button>
      {nodes?.length === 0 ? <p class="none">{words.parameters.none}</p> : null}
      {nodes?.map(({ node, parameters = [], error }) => (
        <section key={node} aria-label={node}>
          <h2>{node}</h2>
          {error === undefined ? null : <p class="error">{error}</p>}
          {parameters
            .filter(({ name }) => `${node} ${name}`.toLowerCase().includes(wanted))
            .map((parameter) => (
              <Row key={parameter.name} node={node} parameter={parameter} state={state} read={read} />
            ))}
        </section>
      ))}
    </div>
  );
}

interface RowProps {
  readonly node: string;
  readonly parameter: Parameter;
  readonly state: BusState;
  readonly read: () => void;
}

function Row({ node, parameter, state, read }: RowProps): JSX.Element {
  const { name, kind, value, unit, description, readOnly, choices, min, max } = parameter;
  const [text, setText] = useState(textOf(value));
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== input.current) setText(textOf(value)); // not while somebody types
  }, [value]);
  const set = async (next: Json | undefined): Promise<void> => {
    if (next === undefined) return setProblem(words.parameters.refused);
    try {
      await state.link.ask({ do: "set", node, name, value: next });
      setProblem("");
      read();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const label = `parameter-${node}-${name}`;
  const limits = [min === undefined ? "" : `≥ ${min}`, max === undefined ? "" : `≤ ${max}`].filter(Boolean).join(" ");
  return (
    <div class="parameter">
      <label for={label} title={description}>
        {name}
      </label>
      {kind === "boolean" ? (
        <input
          id={label}
          type="checkbox"
          disabled={readOnly === true}
          checked={value === true}
          onChange={({ currentTarget }) => void set(currentTarget.checked)}
        />
      ) : choices !== undefined ? (
        <select
          id={label}
          disabled={readOnly === true}
          value={text}
          onChange={({ currentTarget }) => void set(currentTarget.value)}
        >
          {choices.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ) : (
        <input
          id={label}
          ref={input}
          type="text"
          readOnly={readOnly === true}
          value={text}
          aria-invalid={problem !== ""}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onChange={() => void set(parsed(kind, text))}
        />
      )}
      <small>
        {[unit, limits, readOnly === true ? words.parameters.readOnly : "", description].filter(Boolean).join(" · ")}
      </small>
      {problem === "" ? null : (
        <p class="error" role="status">
          {problem}
        </p>
      )}
    </div>
  );
}

function textOf(value: Json): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? "" : String(value);
}

function parsed(kind: Parameter["kind"], text: string): Json | undefined {
  switch (kind) {
    case "integer":
    case "number":
      return numberOf(text);
    case "numbers": {
      const numbers = text
        .split(/[;,\s]+/)
        .filter(Boolean)
        .map(numberOf);
      return numbers.includes(undefined) ? undefined : (numbers as number[]);
    }
    case "strings":
      return text === "" ? [] : text.split(/\s*,\s*/);
    default:
      return text;
  }
}
