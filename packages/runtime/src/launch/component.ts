import type { Node } from "../node.ts";
import type { Topic } from "../topic.ts";
import type { ConfigFields } from "./config-fields.ts";
import type { WatchdogBlock } from "./watchdog-block.ts";

/** What a component hears and says. */
export interface ComponentPorts {
  readonly inputs: readonly Topic[];
  readonly outputs: readonly Topic[];
}

/** What a running component is given. */
export interface ComponentContext<C = unknown> {
  /** Its own node, named as the module in the launch file. It closes after the component. */
  readonly node: Node;
  readonly config: C;
  /** Fires when the module is to end: for work that waits. */
  readonly signal: AbortSignal;
  /**
   * A sign of life, at the end of every turn of the component's own loop. Costs two atomic operations; a watchdog in another
   * thread sees it although this thread's event loop stands still.
   */
  readonly beat: () => void;
  /** The life signs of all modules of the launch, and the watchdog's word on them: shared memory where threads are shared. */
  readonly watch: WatchdogBlock;
  /** Names of the modules, by their index in `watch`. */
  readonly modules: readonly string[];
  /** The component cannot go on: the module crashes with this reason. */
  readonly fail: (reason: unknown) => void;
}

/**
 * A part of a robot that a launch file can name: it reads its configuration, says what it hears and says, and works on a
 * node until it is disposed. It holds no global state, so that several can run in one thread, and on any clock.
 */
export interface Component<C = unknown> {
  /** What it is, for lists: `control`. */
  readonly name: string;
  readonly summary: string;
  /**
   * Reads the configuration. What is asked for is checked; what is in the file but never asked for is refused, so that a misspelt
   * field is not silently the default.
   */
  configure(fields: ConfigFields): C;
  ports(config: C): ComponentPorts;
  /** Begins to work. What it returns is disposed when the module ends, before its node closes. */
  start(
    context: ComponentContext<C>,
  ): Disposable | AsyncDisposable | undefined | Promise<Disposable | AsyncDisposable | undefined>;
}

/** Declares a component: an identity that lets the configuration's type flow from `configure` to `start`. */
export function defineComponent<C>(component: Component<C>): Component<C> {
  return component;
}
