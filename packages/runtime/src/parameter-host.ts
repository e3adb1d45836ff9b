import type { delos } from "@delos/msgs";
import type { Node } from "./node.ts";
import {
  definitionToMessage,
  type ParameterProblem,
  type ParameterValue,
  parameterFromMessage,
  parameterToMessage,
} from "./parameter.ts";
import { parameterEvents, parameterServices } from "./parameter-topics.ts";
import {
  checkParameterNames,
  type Definitions,
  type ParameterChange,
  Parameters,
  type ParameterValidator,
} from "./parameters.ts";
import type { Publisher } from "./publisher.ts";
import type { RosParameterServer } from "./ros-parameters.ts";

/** All parameters of a node, and its services and event topic for them. Opened with the first declaration. */
export class ParameterHost {
  readonly #node: Node;
  readonly #overrides: Readonly<Record<string, unknown>>;
  readonly #groups: Parameters[] = [];
  readonly #events: Publisher<delos.ParameterEvent>;
  #ros: RosParameterServer | undefined;

  constructor(node: Node, overrides: Readonly<Record<string, unknown>>, reachesNetwork: boolean) {
    this.#node = node;
    this.#overrides = overrides;
    this.#events = node.publisher(parameterEvents);
    const services = parameterServices(node.name);
    node.serve(services.list, ({ prefix = "" }) => ({
      parameters: this.#all()
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, group]) => definitionToMessage(name, group.definitions[name]!)),
    }));
    node.serve(services.get, ({ names = [] }) => ({
      parameters: (names.length > 0 ? names : this.#all().map(([name]) => name)).map((name) => this.#read(name)),
    }));
    node.serve(services.set, (request) => ({ results: this.#set(request) }));
    if (reachesNetwork) void this.#serveRos2();
  }

  /**
   * The same parameters for ROS 2, where it can be reached. Loaded only then.
   */
  async #serveRos2(): Promise<void> {
    const { RosParameterServer } = await import("./ros-parameters.ts");
    if (this.#node.closed) return;
    this.#ros = new RosParameterServer(this.#node, {
      all: () =>
        this.#all().map(([name, group]) => ({
          name,
          definition: group.definitions[name]!,
          value: group.values[name]!,
        })),
      set: (values, atomically) => this.#setAll(values, atomically),
    });
  }

  declare<D extends Definitions>(definitions: D, validate: ParameterValidator<D> | undefined): Parameters<D> {
    checkParameterNames(Object.keys(definitions), (name) => this.#groupOf(name) !== undefined);
    const group = new Parameters<D>(definitions, this.#overrides, validate, (change) => this.#announce(group, change));
    this.#groups.push(group as unknown as Parameters);
    return group;
  }

  #groupOf(name: string): Parameters | undefined {
    return this.#groups.find((group) => Object.hasOwn(group.definitions, name));
  }

  #all(): (readonly [name: string, group: Parameters])[] {
    return this.#groups
      .flatMap((group) => Object.keys(group.definitions).map((name) => [name, group] as const))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #read(name: string): delos.Parameter {
    const group = this.#groupOf(name);
    if (group === undefined) return { name };
    return { name, value: parameterToMessage(group.definitions[name]!.kind, group.values[name]!) };
  }

  #set(request: delos.SetParametersRequest): readonly delos.SetParametersResponse.Result[] {
    const wanted = (request.parameters ?? []).map(
      ({ name = "", value }) => [name, parameterFromMessage(value)] as const,
    );
    const problems = this.#setAll(wanted, request.atomically === true);
    return wanted.map(([name], i) => result(name, problems[i]));
  }

  /** Sets all or none, or each that fits; gives what is wrong with each, in order. */
  #setAll(
    wanted: readonly (readonly [name: string, value: ParameterValue | undefined])[],
    atomically: boolean,
  ): readonly (ParameterProblem | undefined)[] {
    const judged = wanted.map(([name, value]) => [name, value, this.#problem({ [name]: value })] as const);
    if (atomically) {
      // A validator may accept only all of them together: judge each group's share as a whole.
      const shares = this.#shares(wanted);
      let failed = judged.map(([, , p]) => p).find((p) => p !== undefined && p.code !== "PARAMETER_REFUSED");
      failed ??= shares.flatMap(([group, share]) => group.problems(share))[0];
      if (failed === undefined) for (const [group, share] of shares) group.set(share);
      return wanted.map(() => failed);
    }
    return judged.map(([name, value]) => {
      const problem = this.#problem({ [name]: value });
      if (problem === undefined) this.#groupOf(name)!.set({ [name]: value! });
      return problem;
    });
  }

  #problem(change: Readonly<Record<string, unknown>>): ParameterProblem | undefined {
    const [name = ""] = Object.keys(change);
    const group = this.#groupOf(name);
    if (group === undefined) return { name, code: "PARAMETER_UNKNOWN", reason: "there is no such parameter" };
    return group.problems(change)[0];
  }

  #shares(
    wanted: readonly (readonly [name: string, value: unknown])[],
  ): (readonly [group: Parameters, share: Record<string, never>])[] {
    return this.#groups
      .map((group) => {
        const share = Object.fromEntries(wanted.filter(([name]) => this.#groupOf(name) === group));
        return [group, share as Record<string, never>] as const;
      })
      .filter(([, share]) => Object.keys(share).length > 0);
  }

  #announce<D extends Definitions>(group: Parameters<D>, { changed, values }: ParameterChange<D>): void {
    if (this.#events.closed) return;
    this.#ros?.announce(changed.map((name) => ({ name, definition: group.definitions[name]!, value: values[name]! })));
    this.#events.publish({
      stamp_ns: this.#node.clock.nowNs(),
      node: this.#node.name,
      changed: changed.map((name) => ({
        name,
        value: parameterToMessage(group.definitions[name]!.kind, values[name]!),
      })),
    });
  }
}

function result(name: string, problem: ParameterProblem | undefined): delos.SetParametersResponse.Result {
  if (problem === undefined) return { name, successful: true };
  const reason = problem.name === name ? problem.reason : `${problem.name}: ${problem.reason}`;
  return { name, successful: false, code: problem.code, reason };
}
