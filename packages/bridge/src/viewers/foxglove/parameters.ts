import { DelosError, describeError, type JsonValue } from "@delos/core";
import { type ParameterValue, parameterEvents, parameterFromMessage } from "@delos/runtime";
import type { ViewedBus } from "../viewed-bus.ts";
import type { Parameter } from "./messages.ts";

const LIST = /^(.+)\/parameters\/list$/;
/** A node that does not answer must not keep the others waiting for long. */
const TIMEOUT_MS = 2000;

/** The parameters of all nodes, under the names `/node.parameter`. */
export class NodeParameters implements AsyncDisposable {
  readonly #bus: ViewedBus;
  readonly #changes: AsyncDisposable;

  /** `changed`: parameters that have a new value, whoever set it. */
  constructor(bus: ViewedBus, changed: (parameters: readonly Parameter[]) => void) {
    this.#bus = bus;
    const subscription = bus.node.subscribe(parameterEvents);
    subscription.on(({ message }) => {
      const { node = "", changed: values = [] } = message;
      changed(
        values.map(({ name = "", value }) => ({ name: `${node}.${name}`, ...valueOf(parameterFromMessage(value)) })),
      );
    });
    this.#changes = subscription;
  }

  /** Those that exist of `names`; all without `names`. A node that does not answer is told of by `problem`. */
  async read(names: readonly string[], problem: (text: string) => void): Promise<Parameter[]> {
    const served = this.#nodes();
    const asked = names.length === 0 ? new Map(served.map((node) => [node, undefined])) : byNode(names, served);
    const answers = await Promise.all(
      [...asked].map(async ([node, own]) => {
        try {
          const values = await this.#bus.node.parametersOf(node).get(own ?? [], { timeoutMs: TIMEOUT_MS });
          return Object.entries(values).map(([name, value]) => ({ name: `${node}.${name}`, ...valueOf(value) }));
        } catch (error) {
          problem(`the parameters of ${node} cannot be read: ${describeError(error)}`);
          return [];
        }
      }),
    );
    return answers.flat();
  }

  /** Sets them, those of one node together. @throws {DelosError} what the node says, `FOXGLOVE_PARAMETER` */
  async write(parameters: readonly Parameter[]): Promise<void> {
    const served = this.#nodes();
    const groups = new Map<string, Record<string, ParameterValue>>();
    for (const { name, value } of parameters) {
      const [[node, [own]] = [undefined, [undefined]]] = byNode([name], served);
      if (node === undefined || own === undefined)
        throw new DelosError("FOXGLOVE_PARAMETER", `there is no parameter ${name}`, { details: { parameter: name } });
      const group = groups.get(node) ?? {};
      group[own] = parameterValue(name, value);
      groups.set(node, group);
    }
    for (const [node, values] of groups) await this.#bus.node.parametersOf(node).set(values, { timeoutMs: TIMEOUT_MS });
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#changes[Symbol.asyncDispose]();
  }

  #nodes(): string[] {
    return this.#bus.runtime.graph.services
      .filter(({ servers }) => servers.length > 0)
      .flatMap(({ name }) => LIST.exec(name)?.[1] ?? []);
  }
}

/** The nodes' own names of parameters. Names of nodes have dots too: the longest node that fits is meant. */
function byNode(names: readonly string[], nodes: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) {
    const node = nodes.filter((each) => name.startsWith(`${each}.`)).sort((a, b) => b.length - a.length)[0];
    if (node === undefined) continue;
    const own = name.slice(node.length + 1);
    const list = found.get(node);
    if (list === undefined) found.set(node, [own]);
    else list.push(own);
  }
  return found;
}

function valueOf(value: ParameterValue | undefined): Pick<Parameter, "value" | "type"> {
  if (value === undefined) return {};
  if (typeof value === "number") return { value, type: "float64" };
  if (Array.isArray(value) && typeof value[0] === "number") return { value: value as number[], type: "float64_array" };
  return { value: value as JsonValue };
}

function parameterValue(name: string, value: JsonValue | undefined): ParameterValue {
  const fits =
    typeof value === "boolean" ||
    typeof value === "number" ||
    typeof value === "string" ||
    (Array.isArray(value) &&
      (value.every((each) => typeof each === "number") || value.every((each) => typeof each === "string")));
  if (fits) return value as ParameterValue;
  const text = `${name} is to be a boolean, a number, a string, or a list of numbers or of strings`;
  throw new DelosError("FOXGLOVE_PARAMETER", text, { details: { parameter: name } });
}
