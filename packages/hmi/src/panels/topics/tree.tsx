import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { words } from "../../text/words.ts";
import { childCount, childrenOf, shapeOf, summary } from "./message-tree.ts";

/** Long lists open by so many at a time, so that a point cloud does not stop the page. */
const PAGE = 60;
const OPEN_DEPTH = 2;

export function Tree({ value }: { readonly value: unknown }): JSX.Element {
  const shape = shapeOf(value);
  return (
    <div class="tree" role="tree" aria-label={words.inspector.label}>
      {shape === "object" || shape === "list" ? <Children value={value} depth={0} /> : <Leaf value={value} />}
    </div>
  );
}

function Children({ value, depth }: { readonly value: unknown; readonly depth: number }): JSX.Element {
  const [shown, setShown] = useState(PAGE);
  const all = childCount(value);
  return (
    <>
      {childrenOf(value, 0, shown).map(([name, child]) => (
        <Node key={name} name={name} value={child} depth={depth} />
      ))}
      {all > shown ? (
        <button
          type="button"
          class="more"
          onClick={() => setShown(shown + PAGE * 4)}
          style={{ marginLeft: `${depth * 14 + 16}px` }}
        >
          {words.inspector.more} ({all - shown})
        </button>
      ) : null}
    </>
  );
}

interface NodeProps {
  readonly name: string;
  readonly value: unknown;
  readonly depth: number;
}

function Node({ name, value, depth }: NodeProps): JSX.Element {
  const shape = shapeOf(value);
  const branch = shape === "object" || shape === "list";
  const [open, setOpen] = useState(
    shape === "object" ? depth < OPEN_DEPTH : childCountOf(value) <= 8 && depth < OPEN_DEPTH,
  );
  const indent = { paddingLeft: `${depth * 14}px` };
  if (!branch) {
    return (
      <div class="node" role="treeitem" style={indent}>
        <span class="name">{name}</span>
        <Leaf value={value} />
      </div>
    );
  }
  return (
    <div role="treeitem" aria-expanded={open}>
      <button type="button" class="node branch" style={indent} onClick={() => setOpen(!open)}>
        <i class={open ? "open" : ""} aria-hidden="true" />
        <span class="name">{name}</span>
        <span class="count">{summary(value)}</span>
      </button>
      {open ? (
        <div role="group">
          <Children value={value} depth={depth + 1} />
        </div>
      ) : null}
    </div>
  );
}

function Leaf({ value }: { readonly value: unknown }): JSX.Element {
  return <span class={`value ${shapeOf(value)}`}>{summary(value)}</span>;
}

function childCountOf(value: unknown): number {
  return typeof value === "object" && value !== null ? childCount(value) : 0;
}
