import type { MessageCodec } from "@delos/core";
import { codecFor, type MessageValue, ros2Schema, wellKnownRosText } from "@delos/wire";
import type { Node } from "./node.ts";
import type { ParameterDefinition, ParameterKind, ParameterProblem, ParameterValue } from "./parameter.ts";
import type { Publisher } from "./publisher.ts";
import { type Service, service, type Topic, topic } from "./topic.ts";

/** One parameter of a node as it is now. */
interface Declared {
  readonly name: string;
  readonly definition: ParameterDefinition;
  readonly value: ParameterValue;
}

/** What stands behind the services: the node's own parameters. */
interface Parameters {
  all(): readonly Declared[];
  set(
    values: readonly (readonly [name: string, value: ParameterValue | undefined])[],
    atomically: boolean,
  ): readonly (ParameterProblem | undefined)[];
}

/** rcl_interfaces/msg/ParameterType, with the field of ParameterValue that holds each. */
const TYPES: Readonly<Record<ParameterKind, readonly [type: number, field: string]>> = {
  boolean: [1, "bool_value"],
  integer: [2, "integer_value"],
  number: [3, "double_value"],
  string: [4, "string_value"],
  numbers: [8, "double_array_value"],
  strings: [9, "string_array_value"],
};
const NOT_SET = 0;
const FIELDS: Readonly<Record<number, string>> = {
  1: "bool_value",
  2: "integer_value",
  3: "double_value",
  4: "string_value",
  5: "byte_array_value",
  7: "integer_array_value",
  8: "double_array_value",
  9: "string_array_value",
};

/** The services by which `ros2 param` reads and sets a node's parameters, and ROS 2's topic of their changes: rcl_interfaces. */
export class RosParameterServer {
  readonly #node: Node;
  readonly #parameters: Parameters;
  readonly #events: Publisher<MessageValue>;

  constructor(node: Node, parameters: Parameters) {
    this.#node = node;
    this.#parameters = parameters;
    this.#events = node.publisher(parameterEvents);
    const serve = (name: string, type: string, handler: (request: MessageValue) => MessageValue): void =>
      void node.serve(rosService(`${node.name}/${name}`, type), handler);
    serve("list_parameters", "ListParameters", ({ prefixes, depth }) => ({
      result: this.#list(prefixes as readonly string[], Number(depth)),
    }));
    serve("get_parameters", "GetParameters", ({ names }) => ({
      values: this.#find(names, (declared) => rosValue(declared), { type: NOT_SET }),
    }));
    serve("get_parameter_types", "GetParameterTypes", ({ names }) => ({
      types: this.#find(names, ({ definition }) => TYPES[definition.kind][0], NOT_SET),
    }));
    serve("describe_parameters", "DescribeParameters", ({ names }) => ({
      descriptors: (names as readonly string[]).map((name) => {
        const declared = this.#parameters.all().find((each) => each.name === name);
        return declared === undefined ? { name, type: NOT_SET } : descriptorOf(declared);
      }),
    }));
    serve("set_parameters", "SetParameters", ({ parameters: wanted }) => ({
      results: this.#set(wanted, false).map(resultOf),
    }));
    serve("set_parameters_atomically", "SetParametersAtomically", ({ parameters: wanted }) => ({
      result: resultOf(this.#set(wanted, true).find((problem) => problem !== undefined)),
    }));
  }

  /** Tells of parameters that have changed. */
  announce(changed: readonly Declared[]): void {
    if (this.#events.closed) return;
    const nowNs = this.#node.clock.nowNs();
    const stamp = { sec: Number(nowNs / 1_000_000_000n), nanosec: Number(nowNs % 1_000_000_000n) };
    const parameters = changed.map((declared) => ({ name: declared.name, value: rosValue(declared) }));
    this.#events.publish({ stamp, node: this.#node.name, changed_parameters: parameters });
  }

  /** rclcpp's rules: a prefix is a whole part of a name; `depth` counts parts below it, 0 for all. */
  #list(prefixes: readonly string[], depth: number): MessageValue {
    const parts = (name: string): number => name.split(".").length;
    const within = (name: string, prefix: string): boolean =>
      name === prefix || (name.startsWith(`${prefix}.`) && (depth === 0 || parts(name) - parts(prefix) <= depth));
    const names = this.#parameters
      .all()
      .map(({ name }) => name)
      .filter((name) =>
        prefixes.length === 0 ? depth === 0 || parts(name) <= depth : prefixes.some((prefix) => within(name, prefix)),
      );
    const found = names.filter((name) => name.includes(".")).map((name) => name.slice(0, name.lastIndexOf(".")));
    return { names, prefixes: [...new Set(found)] };
  }

  #find<T>(names: unknown, of: (declared: Declared) => T, otherwise: T): T[] {
    const all = new Map(this.#parameters.all().map((declared) => [declared.name, declared]));
    return (names as readonly string[]).map((name) => {
      const declared = all.get(name);
      return declared === undefined ? otherwise : of(declared);
    });
  }

  #set(wanted: unknown, atomically: boolean): readonly (ParameterProblem | undefined)[] {
    const values = (wanted as readonly { name: string; value: MessageValue }[]).map(
      ({ name, value }) => [name, plainValue(value)] as const,
    );
    return this.#parameters.set(values, atomically);
  }
}

function rosService(name: string, type: string): Service<MessageValue, MessageValue> {
  const codec = (part: string): MessageCodec<MessageValue> => {
    const text = wellKnownRosText(`rcl_interfaces/${type}_${part}`, "ros2")!;
    return codecFor(ros2Schema(`rcl_interfaces/srv/${type}_${part}`, text));
  };
  return service(name, codec("Request"), codec("Response"), { depth: 1000 });
}

/** Every change of every ROS 2 node's parameters. */
const parameterEvents: Topic<MessageValue> = topic(
  "/parameter_events",
  codecFor(ros2Schema("rcl_interfaces/msg/ParameterEvent", wellKnownRosText("rcl_interfaces/ParameterEvent", "ros2")!)),
  { depth: 1000 },
);

function rosValue({ definition, value }: Declared): MessageValue {
  const [type, field] = TYPES[definition.kind];
  return { type, [field]: definition.kind === "integer" ? BigInt(value as number) : value };
}

/** Undefined for what no parameter of ours holds, which is then refused for its type. */
function plainValue(value: MessageValue): ParameterValue | undefined {
  const field = FIELDS[value["type"] as number];
  const held = field === undefined ? undefined : value[field];
  if (typeof held === "bigint") return Number(held);
  if (typeof held !== "object" || held === null) return held as ParameterValue | undefined;
  const list = Array.from(held as ArrayLike<unknown>);
  return list.map((each) => (typeof each === "bigint" ? Number(each) : each)) as unknown as ParameterValue;
}

function descriptorOf({ name, definition }: Declared): MessageValue {
  const { kind, description = "", unit, choices, readOnly = false, min, max, step = 0 } = definition;
  const notes = [
    ...(unit === undefined ? [] : [`unit: ${unit}`]),
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
  ];
  const ranged = min !== undefined || max !== undefined;
  const integer = kind === "integer";
  return {
    name,
    type: TYPES[kind][0],
    description,
    additional_constraints: notes.join("; "),
    read_only: readOnly,
    floating_point_range:
      ranged && (kind === "number" || kind === "numbers")
        ? [{ from_value: min ?? -Number.MAX_VALUE, to_value: max ?? Number.MAX_VALUE, step }]
        : [],
    integer_range:
      ranged && integer
        ? [
            {
              from_value: BigInt(min ?? Number.MIN_SAFE_INTEGER),
              to_value: BigInt(max ?? Number.MAX_SAFE_INTEGER),
              step: BigInt(step),
            },
          ]
        : [],
  };
}

const resultOf = (problem: ParameterProblem | undefined): MessageValue =>
  problem === undefined
    ? { successful: true, reason: "" }
    : { successful: false, reason: `${problem.name}: ${problem.reason}` };
