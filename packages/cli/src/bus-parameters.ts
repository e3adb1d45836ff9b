import { DelosError, type MessageCodec } from "@delos/core";
import {
  type CallOptions,
  type ParameterDescription,
  ParameterError,
  type ParameterValue,
  type Service,
  service,
} from "@delos/runtime";
import { codecFor, type MessageValue, ros2Schema, wellKnownRosText } from "@delos/wire";
import type { Bus } from "./bus.ts";

/** What a parameter can hold; integers beyond 2^53 are texts, as in our JSON. */
export type NodeParameterValue = ParameterValue | readonly boolean[];

export interface TypedParameter {
  readonly value: NodeParameterValue;
  /** What its numbers are, which may be whole though they are of floating point, and texts beyond 2^53. */
  readonly numbers?: "double" | "integer";
}

/** The parameters of a node, of Delos or of ROS 2. */
export interface NodeParameters {
  names(options?: CallOptions): Promise<readonly string[]>;
  /** Those that exist, by name; all without `names`. */
  get(names?: readonly string[], options?: CallOptions): Promise<Readonly<Record<string, TypedParameter>>>;
  /**
   * All or none, where the node can do that.
   * @throws {ParameterError} with what the node says of each value it refused
   */
  set(values: Readonly<Record<string, NodeParameterValue>>, options?: CallOptions): Promise<void>;
  /** Those that exist, in the order asked for; all without `names`. */
  describe(names?: readonly string[], options?: CallOptions): Promise<readonly DescribedParameter[]>;
  /** @throws {ParameterError} when the node keeps it, as those of Delos do */
  remove(name: string, options?: CallOptions): Promise<void>;
}

/** What a node says of a parameter; absent: nothing. */
export interface DescribedParameter {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly constraints?: string;
  readonly read_only?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly step?: number;
}

/** @throws {DelosError} BUS_NO_PARAMETERS when the node serves none */
export async function parametersOf(bus: Bus, node: string): Promise<NodeParameters> {
  const found = await bus.waitFor(() => servedBy(bus, node));
  if (found === "delos") {
    const remote = bus.node.parametersOf(node);
    return {
      names: async (options) => (await remote.list("", options)).map(({ name }) => name),
      get: async (names, options) => {
        const values = Object.entries(await remote.get(names, options));
        const kinds = new Map((await remote.list("", options)).map(({ name, kind }) => [name, kind]));
        const isDouble = (name: string): boolean => ["number", "numbers"].includes(kinds.get(name) ?? "");
        return Object.fromEntries(
          values.map(([name, value]) => [name, { value, ...(isDouble(name) && { numbers: "double" }) }]),
        );
      },
      set: (values, options) => remote.set(withoutBooleanLists(values), options),
      describe: async (names, options) => {
        const all = new Map((await remote.list("", options)).map((each) => [each.name, each]));
        return (names ?? [...all.keys()]).flatMap((name) => {
          const found = all.get(name);
          return found === undefined ? [] : ofDelos(found);
        });
      },
      remove: (name) => {
        const reason = "a node of Delos keeps what it has declared";
        return Promise.reject(new ParameterError([{ name, code: "PARAMETER_REFUSED", reason }]));
      },
    };
  }
  if (found === "ros2") return new RosParameters(bus, node);
  throw new DelosError("BUS_NO_PARAMETERS", `nobody on the bus serves the parameters of ${node}`, {
    details: { node },
  });
}

/** Nodes with parameters, by name. */
export const nodesWithParameters = (bus: Bus): string[] =>
  bus.graph.services
    .filter((each) => each.servers.length > 0)
    .flatMap(({ name }) => /^(.+?)(?:\/parameters\/list|\/list_parameters)$/.exec(name)?.[1] ?? [])
    .sort();

function servedBy(bus: Bus, node: string): "delos" | "ros2" | undefined {
  const served = new Set(bus.graph.services.filter(({ servers }) => servers.length > 0).map(({ name }) => name));
  if (served.has(`${node}/parameters/list`)) return "delos";
  return served.has(`${node}/list_parameters`) ? "ros2" : undefined;
}

/** rcl_interfaces/msg/ParameterType, with the field of ParameterValue that holds each. */
const FIELDS = [
  undefined,
  "bool_value",
  "integer_value",
  "double_value",
  "string_value",
  "byte_array_value",
  "bool_array_value",
  "integer_array_value",
  "double_array_value",
  "string_array_value",
] as const;
const [BOOL, INTEGER, DOUBLE, STRING, BYTES, BOOLS, INTEGERS, DOUBLES, STRINGS] = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** By the services of ROS 2's nodes: rcl_interfaces. */
class RosParameters implements NodeParameters {
  readonly #bus: Bus;
  readonly #node: string;

  constructor(bus: Bus, node: string) {
    this.#bus = bus;
    this.#node = node;
  }

  async names(options?: CallOptions): Promise<readonly string[]> {
    const { result } = await this.#call("list_parameters", "ListParameters", { prefixes: [], depth: 0n }, options);
    return [...(result as { names: readonly string[] }).names].sort();
  }

  async get(names?: readonly string[], options?: CallOptions): Promise<Readonly<Record<string, TypedParameter>>> {
    const asked = names ?? (await this.names(options));
    const { values } = await this.#call("get_parameters", "GetParameters", { names: asked }, options);
    // For names of which one does not exist rclcpp answers without any values.
    const pairs = asked.map((name, i) => [name, typedValue((values as readonly MessageValue[])[i])] as const);
    return Object.fromEntries(pairs.filter((pair): pair is [string, TypedParameter] => pair[1] !== undefined));
  }

  async set(values: Readonly<Record<string, NodeParameterValue>>, options?: CallOptions): Promise<void> {
    const names = Object.keys(values);
    const { types } = await this.#call("get_parameter_types", "GetParameterTypes", { names }, options);
    const declared = Array.from(types as ArrayLike<number>);
    const parameters = names.map((name, i) => ({ name, value: rosValue(values[name]!, declared[i]) }));
    const refused = (name: string, reason: string) => ({
      name,
      code: "PARAMETER_REFUSED",
      reason: reason || "refused",
    });
    if (names.length > 1 && this.#serves("set_parameters_atomically")) {
      const all = await this.#call("set_parameters_atomically", "SetParametersAtomically", { parameters }, options);
      const result = all["result"] as { successful: boolean; reason: string };
      if (!result.successful) throw new ParameterError([refused(names.join(", "), result.reason)]);
      return;
    }
    const { results } = await this.#call("set_parameters", "SetParameters", { parameters }, options);
    const problems = (results as readonly { successful: boolean; reason: string }[]).flatMap((result, i) =>
      result.successful ? [] : [refused(names[i] ?? "", result.reason)],
    );
    if (problems.length > 0) throw new ParameterError(problems);
  }

  async describe(names?: readonly string[], options?: CallOptions): Promise<readonly DescribedParameter[]> {
    const asked = names ?? (await this.names(options));
    const { descriptors } = await this.#call("describe_parameters", "DescribeParameters", { names: asked }, options);
    return (descriptors as readonly MessageValue[]).filter(({ type }) => type !== 0).map(ofRos);
  }

  async remove(name: string, options?: CallOptions): Promise<void> {
    const parameters = [{ name, value: { type: 0 } }];
    const { results } = await this.#call("set_parameters", "SetParameters", { parameters }, options);
    const [result] = results as readonly { successful: boolean; reason: string }[];
    if (result?.successful === true) return;
    throw new ParameterError([{ name, code: "PARAMETER_REFUSED", reason: result?.reason || "refused" }]);
  }

  #serves(name: string): boolean {
    const full = `${this.#node}/${name}`;
    return this.#bus.graph.services.some((each) => each.name === full && each.servers.length > 0);
  }

  #call(name: string, type: string, request: MessageValue, options: CallOptions | undefined): Promise<MessageValue> {
    return this.#bus.node.call(rosService(`${this.#node}/${name}`, `rcl_interfaces/srv/${type}`)!, request, options);
  }
}

/** rcl_interfaces/msg/ParameterType in `ros2`'s words. */
const TYPE_NAMES = [
  "not set",
  "boolean",
  "integer",
  "double",
  "string",
  "byte array",
  "boolean array",
  "integer array",
  "double array",
  "string array",
] as const;

function ofRos(descriptor: MessageValue): DescribedParameter {
  const { name, type, description, additional_constraints, read_only } = descriptor;
  const ranges = ["floating_point_range", "integer_range"].flatMap((field) => descriptor[field] as MessageValue[]);
  const [range] = ranges;
  const number = (field: string): number => Number(range![field]);
  return {
    name: name as string,
    type: TYPE_NAMES[type as number] ?? `type ${String(type)}`,
    ...(description !== "" && { description: description as string }),
    ...(additional_constraints !== "" && { constraints: additional_constraints as string }),
    ...(read_only === true && { read_only }),
    ...(range !== undefined && { minimum: number("from_value"), maximum: number("to_value") }),
    ...(range !== undefined && number("step") !== 0 && { step: number("step") }),
  };
}

function ofDelos({ name, kind, description, unit, choices, readOnly, min, max, step }: ParameterDescription) {
  const notes = [
    ...(unit === undefined ? [] : [`unit: ${unit}`]),
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
  ];
  return {
    name,
    type: kind,
    ...(description !== undefined && { description }),
    ...(notes.length > 0 && { constraints: notes.join("; ") }),
    ...(readOnly === true && { read_only: true }),
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
    ...(step !== undefined && { step }),
  } satisfies DescribedParameter;
}

/** A service of a standard ROS 2 type; undefined when we do not know its fields. */
export function rosService(name: string, type: string): Service<MessageValue, MessageValue> | undefined {
  const [request, response] = ["Request", "Response"].map((part) => {
    const [pkg, , short] = type.split("/");
    const text = wellKnownRosText(`${pkg}/${short}_${part}`, "ros2");
    return text === undefined
      ? undefined
      : (codecFor(ros2Schema(`${type}_${part}`, text)) as MessageCodec<MessageValue>);
  });
  return request === undefined || response === undefined ? undefined : service(name, request, response);
}

function typedValue(of: MessageValue | undefined): TypedParameter | undefined {
  const type = of?.["type"] as number;
  const field = FIELDS[type];
  if (field === undefined) return undefined;
  const held = of![field];
  const plain = (each: unknown): unknown => (typeof each === "bigint" ? wholeNumber(each) : each);
  const value = typeof held === "object" && held !== null ? Array.from(held as ArrayLike<unknown>, plain) : plain(held);
  const numbers = ({ [DOUBLE]: "double", [DOUBLES]: "double", [INTEGER]: "integer", [INTEGERS]: "integer" } as const)[
    type
  ];
  return { value: value as NodeParameterValue, ...(numbers !== undefined && { numbers }) };
}

const wholeNumber = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

/** As the node declares it where that fits; what does not fit is for the node to refuse. */
function rosValue(value: NodeParameterValue, declared: number | undefined): MessageValue {
  const of = (type: number, held: unknown): MessageValue => ({ type, [FIELDS[type]!]: held });
  if (typeof value === "boolean") return of(BOOL, value);
  if (typeof value === "string") {
    const isInteger = declared === INTEGER && /^-?\d+$/.test(value);
    return isInteger ? of(INTEGER, BigInt(value)) : of(STRING, value);
  }
  if (typeof value === "number") {
    const whole = Number.isSafeInteger(value) && declared !== DOUBLE;
    return whole ? of(INTEGER, BigInt(value)) : of(DOUBLE, value);
  }
  if (value.length === 0) return of(declared !== undefined && declared >= BYTES ? declared : STRINGS, []);
  if (typeof value[0] === "string") return of(STRINGS, value);
  if (typeof value[0] === "boolean") return of(BOOLS, value);
  const numbers = value as readonly number[];
  if (declared === BYTES && numbers.every((each) => Number.isInteger(each) && each >= 0 && each < 256)) {
    return of(BYTES, Uint8Array.from(numbers));
  }
  const whole = numbers.every(Number.isSafeInteger) && declared !== DOUBLES;
  return whole ? of(INTEGERS, numbers.map(BigInt)) : of(DOUBLES, numbers);
}

/** @throws {ParameterError} for what no node of Delos holds */
function withoutBooleanLists(
  values: Readonly<Record<string, NodeParameterValue>>,
): Readonly<Record<string, ParameterValue>> {
  const reason = "a node of Delos has no lists of booleans";
  const problems = Object.entries(values)
    .filter(([, value]) => Array.isArray(value) && typeof value[0] === "boolean")
    .map(([name]) => ({ name, code: "PARAMETER_TYPE", reason }));
  if (problems.length > 0) throw new ParameterError(problems);
  return values as Readonly<Record<string, ParameterValue>>;
}
