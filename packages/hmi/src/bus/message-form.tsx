import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { busWords as words } from "./bus-words.ts";
import { initial, type Json, kindOf, numberOf, type Path, type Schema, valueAt, withValue } from "./schema-form.ts";

interface FormProps {
  readonly schema: Schema;
  readonly message: Json;
  readonly change: (message: Json) => void;
  /** Names the form for labels and tests. */
  readonly id: string;
}

/** A message to be filled in by its schema, or written as JSON. Only what is filled in is set. */
export function MessageForm({ schema, message, change, id }: FormProps): JSX.Element {
  const [asJson, setAsJson] = useState(false);
  return (
    <div class="message-form" data-testid={id}>
      <div class="mode">
        <button type="button" aria-pressed={!asJson} onClick={() => setAsJson(false)}>
          {words.publish.asForm}
        </button>
        <button type="button" aria-pressed={asJson} onClick={() => setAsJson(true)} data-testid={`${id}-json`}>
          {words.publish.asJson}
        </button>
      </div>
      {asJson ? (
        <JsonText message={message} change={change} id={id} />
      ) : (
        <Parts
          schema={schema}
          message={message}
          path={[]}
          change={(path, value) => change(withValue(message, path, value))}
          id={id}
        />
      )}
    </div>
  );
}

function JsonText({ message, change, id }: Omit<FormProps, "schema">): JSX.Element {
  const [text, setText] = useState(() => JSON.stringify(message, undefined, 2));
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <textarea
        spellcheck={false}
        aria-invalid={wrong}
        aria-label={words.publish.asJson}
        data-testid={`${id}-text`}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          try {
            change(JSON.parse(currentTarget.value) as Json);
            setWrong(false);
          } catch {
            setWrong(true);
          }
        }}
      />
      {wrong ? <p class="error">{words.publish.wrongJson}</p> : null}
    </>
  );
}

interface PartProps {
  readonly schema: Schema;
  readonly message: Json;
  readonly path: Path;
  readonly id: string;
  readonly change: (path: Path, value: Json | undefined) => void;
}

function Parts({ schema, path, ...rest }: PartProps): JSX.Element {
  return (
    <>
      {Object.entries(schema.properties ?? {}).map(([name, of]) => (
        <Part key={name} name={name} schema={of} path={[...path, name]} {...rest} />
      ))}
    </>
  );
}

function Part({
  name,
  schema,
  path,
  message,
  change,
  id,
}: PartProps & { readonly name: string | number }): JSX.Element {
  const value = valueAt(message, path);
  const label = `${id}-${path.join(".")}`;
  const remove = (
    <button type="button" class="remove" onClick={() => change(path, undefined)} title={words.publish.clear}>
      −
    </button>
  );
  if (value === undefined) {
    return (
      <div class="part unset">
        <span class="name">{name}</span>
        <span class="kind">{kindOf(schema)}</span>
        <button type="button" class="add" data-testid={`add-${label}`} onClick={() => change(path, initial(schema))}>
          {words.publish.add}
        </button>
      </div>
    );
  }
  if (schema.type === "object" && schema.properties !== undefined) {
    return (
      <fieldset>
        <legend>
          {name} <span class="kind">{kindOf(schema)}</span> {remove}
        </legend>
        <Parts schema={schema} path={path} message={message} change={change} id={id} />
      </fieldset>
    );
  }
  if (schema.type === "array" && Array.isArray(value)) {
    const items = schema.items ?? {};
    return (
      <fieldset>
        <legend>
          {name} <span class="kind">{kindOf(schema)}</span> {remove}
        </legend>
        {value.map((_: Json, i: number) => (
          <Part key={i} name={i} schema={items} path={[...path, i]} message={message} change={change} id={id} />
        ))}
        <button
          type="button"
          class="add"
          data-testid={`add-${label}-item`}
          onClick={() => change([...path, value.length], initial(items))}
        >
          {words.publish.add}
        </button>
      </fieldset>
    );
  }
  return (
    <div class="part">
      <label for={label}>{name}</label>
      <span class="kind">{kindOf(schema)}</span>
      <Input schema={schema} value={value} change={(next) => change(path, next)} label={label} />
      {remove}
    </div>
  );
}

interface InputProps {
  readonly schema: Schema;
  readonly value: Json;
  readonly label: string;
  readonly change: (value: Json) => void;
}

function Input({ schema, value, label, change }: InputProps): JSX.Element {
  if (schema.enum !== undefined) {
    return (
      <select id={label} value={plain(value)} onChange={({ currentTarget }) => change(currentTarget.value)}>
        {schema.enum.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    );
  }
  if (schema.type === "boolean") {
    return (
      <input
        id={label}
        type="checkbox"
        checked={value === true}
        onChange={({ currentTarget }) => change(currentTarget.checked)}
      />
    );
  }
  if (schema.type === "number" || schema.type === "integer")
    return <NumberInput value={value} label={label} change={change} />;
  return (
    <input id={label} type="text" value={plain(value)} onInput={({ currentTarget }) => change(currentTarget.value)} />
  );
}

/** Keeps what is being typed ("-", "1.") until it is a number. */
function NumberInput({ value, label, change }: Omit<InputProps, "schema">): JSX.Element {
  const [text, setText] = useState(plain(value));
  useEffect(() => {
    if (numberOf(text) !== value) setText(plain(value));
  }, [value]);
  return (
    <input
      id={label}
      type="text"
      inputMode="decimal"
      aria-invalid={numberOf(text) === undefined}
      value={text}
      onInput={({ currentTarget }) => {
        setText(currentTarget.value);
        const number = numberOf(currentTarget.value);
        if (number !== undefined) change(number);
      }}
    />
  );
}

function plain(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
