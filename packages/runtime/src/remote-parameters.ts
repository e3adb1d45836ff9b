import type { delos } from "@delos/msgs";
import type { Node } from "./node.ts";
import {
  type ParameterDefinition,
  ParameterError,
  type ParameterValue,
  parameterFromMessage,
  parameterToMessage,
} from "./parameter.ts";
import { type ParameterServices, parameterEvents, parameterServices } from "./parameter-topics.ts";
import type { CallOptions } from "./service-client.ts";

export interface ParameterDescription extends Omit<ParameterDefinition, "default"> {
  readonly name: string;
  readonly default: ParameterValue | undefined;
}

/** The parameters of another node, by its services. */
export class RemoteParameters {
  readonly node: string;
  readonly #from: Node;
  readonly #services: ParameterServices;

  /** Use `node.parametersOf(name)`. */
  constructor(from: Node, node: string) {
    this.#from = from;
    this.node = node;
    this.#services = parameterServices(node);
  }

  /** Names, types, limits and descriptions. */
  async list(prefix = "", options?: CallOptions): Promise<readonly ParameterDescription[]> {
    const { parameters = [] } = await this.#from.call(this.#services.list, { prefix }, options);
    return parameters.map(describe);
  }

  /** Values by name; all without `names`. A name that does not exist is absent. */
  async get(names: readonly string[] = [], options?: CallOptions): Promise<Readonly<Record<string, ParameterValue>>> {
    const { parameters = [] } = await this.#from.call(this.#services.get, { names }, options);
    const values: Record<string, ParameterValue> = {};
    for (const { name = "", value } of parameters) {
      const plain = parameterFromMessage(value);
      if (plain !== undefined) values[name] = plain;
    }
    return values;
  }

  /**
   * Sets all or none.
   * @throws {ParameterError} with what the node says of each value it refused
   */
  async set(values: Readonly<Record<string, ParameterValue>>, options?: CallOptions): Promise<void> {
    const kinds = new Map((await this.list("", options)).map(({ name, kind }) => [name, kind]));
    const parameters = Object.entries(values).map(([name, value]) => ({
      name,
      value: parameterToMessage(wireKind(kinds.get(name), value), value),
    }));
    const response = await this.#from.call(this.#services.set, { parameters, atomically: true }, options);
    const problems = (response.results ?? [])
      .filter((result) => result.successful !== true)
      .map(({ name = "", code = "", reason = "" }) => ({ name, code, reason }));
    if (problems.length > 0) throw new ParameterError(problems);
  }

  /** Calls back at each change until disposed. */
  watch(callback: (changed: Readonly<Record<string, ParameterValue>>) => void): AsyncDisposable {
    const subscription = this.#from.subscribe(parameterEvents);
    subscription.on(({ message }) => {
      if (message.node !== this.node) return;
      const changed: Record<string, ParameterValue> = {};
      for (const { name = "", value } of message.changed ?? []) changed[name] = parameterFromMessage(value)!;
      callback(changed);
    });
    return subscription;
  }
}

function describe(message: delos.ParameterDescriptor): ParameterDescription {
  const { name = "", description, unit, read_only, minimum, maximum, step, choices, default_value } = message;
  return {
    name,
    kind: kindOfMessage(default_value),
    default: parameterFromMessage(default_value),
    ...(description !== undefined && { description }),
    ...(unit !== undefined && { unit }),
    ...(read_only !== undefined && { readOnly: read_only }),
    ...(minimum !== undefined && { min: minimum }),
    ...(maximum !== undefined && { max: maximum }),
    ...(step !== undefined && { step }),
    ...(choices !== undefined && choices.length > 0 && { choices }),
  };
}

function kindOfMessage(value: delos.ParameterValue | undefined): ParameterDefinition["kind"] {
  if (value?.integer_value !== undefined) return "integer";
  const plain = parameterFromMessage(value);
  return plain === undefined ? "string" : value?.string_array !== undefined ? "strings" : kindOf(plain);
}

/** As the node declares it where that fits; what does not fit is for the node to refuse. */
function wireKind(
  declared: ParameterDefinition["kind"] | undefined,
  value: ParameterValue,
): ParameterDefinition["kind"] {
  if (declared === "integer" && Number.isSafeInteger(value)) return "integer";
  if (declared === "strings" && Array.isArray(value) && value.length === 0) return "strings";
  return kindOf(value);
}

function kindOf(value: ParameterValue): ParameterDefinition["kind"] {
  if (Array.isArray(value)) return typeof value[0] === "string" ? "strings" : "numbers";
  return typeof value as "boolean" | "number" | "string";
}
