import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { busWords as words } from "./bus-words.ts";
import { isObject, type Json, kindOf, type Path, pathText, type Schema } from "./schema-form.ts";

const OPEN_DEPTH = 2;
const MOST_ITEMS = 50;

interface TreeProps {
  readonly schema: Schema;
  readonly value: Json | undefined;
  readonly isPlotted: (path: string) => boolean;
  readonly plot: (path: string) => void;
}

/** The fields of a type with the values of the newest message: also those that are not set. Numbers can be plotted. */
export function SchemaTree(props: TreeProps): JSX.Element {
  return (
    <div class="tree" role="tree" data-testid="schema-tree">
      <Fields {...props} path={[]} depth={0} />
    </div>
  );
}

interface PartProps extends TreeProps {
  readonly path: Path;
  readonly depth: number;
}

function Fields({ schema, value, path, depth, ...rest }: PartProps): JSX.Element {
  const parts: (readonly [string | number, Schema, Json | undefined])[] = Array.isArray(value)
    ? value.slice(0, MOST_ITEMS).map((item: Json, i: number) => [i, schema.items ?? {}, item] as const)
    : [
        ...Object.entries(schema.properties ?? {}).map(
          ([name, of]) => [name, of, isObject(value) ? value[name] : undefined] as const,
        ),
        // What a type that is newer or looser than its schema brings along.
        ...Object.entries(isObject(value) ? value : {})
          .filter(([name]) => schema.properties?.[name] === undefined)
          .map(([name, item]) => [name, schema.additionalProperties ?? {}, item] as const),
      ];
  return (
    <>
      {parts.map(([name, of, item]) => (
        <Field key={name} name={name} schema={of} value={item} path={[...path, name]} depth={depth} {...rest} />
      ))}
      {Array.isArray(value) && value.length > MOST_ITEMS ? <p class="none">… {value.length}</p> : null}
    </>
  );
}

function Field({
  name,
  schema,
  value,
  path,
  depth,
  ...rest
}: PartProps & { readonly name: string | number }): JSX.Element {
  const isBranch = schema.type === "object" || schema.type === "array" || (typeof value === "object" && value !== null);
  const [open, setOpen] = useState(depth < OPEN_DEPTH && !Array.isArray(value));
  const indent = { paddingLeft: `${depth * 14 + 4}px` };
  const kind = <span class="kind">{kindOf(schema)}</span>;
  if (isBranch) {
    const count = Array.isArray(value) ? `[${value.length}]` : value === undefined ? words.topics.unset : "";
    return (
      <div role="treeitem" aria-expanded={open}>
        <button type="button" class="node branch" style={indent} onClick={() => setOpen(!open)}>
          <i class={open ? "open" : ""} aria-hidden="true" />
          <span class="name">{name}</span>
          {kind}
          <span class="count">{count}</span>
        </button>
        {open && value !== undefined ? (
          <div role="group">
            <Fields schema={schema} value={value} path={path} depth={depth + 1} {...rest} />
          </div>
        ) : null}
      </div>
    );
  }
  const text = pathText(path);
  const canPlot = typeof value === "number" || typeof value === "boolean" || /^-?\d+$/.test(String(value));
  const isPlotted = rest.isPlotted(text);
  const shown =
    value === undefined ? words.topics.unset : typeof value === "string" ? JSON.stringify(value) : String(value);
  return (
    <div class="node" role="treeitem" style={indent}>
      <span class="name">{name}</span>
      {kind}
      {canPlot ? (
        <button
          type="button"
          class="value number"
          aria-pressed={isPlotted}
          title={isPlotted ? words.topics.unplot : words.topics.plot}
          data-path={text}
          onClick={() => rest.plot(text)}
        >
          {shown}
        </button>
      ) : (
        <span class={value === undefined ? "value none" : "value"}>{shown}</span>
      )}
    </div>
  );
}
