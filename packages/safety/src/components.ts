import { SimulatedClock } from "@delos/core";
import { type Component, type ComponentContext, defineComponent } from "@delos/runtime";
import { type GuardianConfig, type MonitorConfig, readSafetyConfig } from "./config.ts";
import { guardianComponent, guardianPorts } from "./guardian-component.ts";
import { monitorComponent, monitorPorts } from "./monitor-component.ts";
import type { OpenStopOutput, StopOutput, StopOutputModule } from "./stop-output.ts";
import { WatchdogCore } from "./watchdog-core.ts";
import { WatchdogLook } from "./watchdog-look.ts";

/** The guardian for launch files: the fields of GuardianConfig, and `watchdog: false` where the launch has none. */
export const guardian: Component<{ readonly guardian: GuardianConfig; readonly watchdog: boolean }> = defineComponent({
  name: "guardian",
  summary: "Passes good commands on to canbus, brakes in every other case",
  configure(fields) {
    const watchdog = fields.boolean("watchdog", { default: true });
    const { watchdog: _, ...rest } = fields.unread;
    return { guardian: readSafetyConfig({ guardian: rest }).guardian, watchdog };
  },
  ports: () => guardianPorts,
  start({ node, config, beat, watch, modules }) {
    guardianComponent(node, {
      config: config.guardian,
      onCycle: beat,
      ...(config.watchdog ? { watchdog: watchdogOf({ watch, modules }) } : {}),
    });
    return undefined;
  },
});

/** The monitor for launch files: the fields of MonitorConfig. Its module rules are kept by the launch's signs of life. */
export const monitor: Component<MonitorConfig> = defineComponent({
  name: "monitor",
  summary: "Watches topics, modules and the process, and tells what is wrong",
  configure: (fields) => readSafetyConfig({ monitor: fields.unread }).monitor,
  ports: (config) => monitorPorts(config),
  start({ node, config, beat, watch, modules }) {
    const seen = modules.map((_, loop) => watch.beats(loop));
    monitorComponent(node, {
      config,
      onLook: beat,
      // Simulated, nothing may depend on the machine.
      ...(node.clock instanceof SimulatedClock ? { memoryMib: () => 0 } : {}),
      moved: () =>
        modules.filter((_, loop) => {
          const beats = watch.beats(loop);
          const moved = beats !== seen[loop];
          seen[loop] = beats;
          return moved;
        }),
    });
    return undefined;
  },
});

interface WatchdogConfig {
  readonly periodMs: number;
  readonly startupGraceMs: number;
  readonly output: StopOutputModule | undefined;
}

/**
 * The watchdog for launch files: looks at the signs of life of all modules that have a `deadline_ms`, from whatever thread the launch
 * gives it: one of its own. `stop_output` names a module (URL or file beside the launch file, or a package's export) that brakes without the
 * watched loops, and its `options`.
 */
export const watchdog: Component<WatchdogConfig> = defineComponent({
  name: "watchdog",
  summary: "Trips for the first loop that stands still, and stops the car without it",
  configure(fields) {
    const output = fields.child("stop_output");
    return {
      periodMs: fields.number("period_ms", { default: 10, min: 1 }),
      startupGraceMs: fields.number("startup_grace_ms", { default: 30_000, min: 0 }),
      output: output.has("module")
        ? { module: output.module("module"), options: output.child("options").unread }
        : undefined,
    };
  },
  ports: () => ({ inputs: [], outputs: [] }),
  async start({ node, config, watch, modules, beat }) {
    const outputs = config.output === undefined ? [] : [await openOutput(config.output, node)];
    const look = new WatchdogLook(watch, new WatchdogCore(watch, config.startupGraceMs), outputs);
    let told: number | undefined;
    node.every({ periodMs: config.periodMs, overrun: "skip" }, () => {
      const loop = look.look(node.clock.monotonicMs());
      beat();
      if (loop === told) return;
      told = loop;
      if (loop === undefined) node.log.info("clear again");
      else node.log.error("stopped: a loop stands still", { module: modules[loop] });
    });
    return look;
  },
});

/** The launch's watchdog as the guardian knows one. */
function watchdogOf({ watch, modules }: Pick<ComponentContext, "watch" | "modules">) {
  return {
    block: watch,
    get tripped() {
      const loop = watch.trip;
      return loop === undefined
        ? undefined
        : { name: modules[loop] ?? String(loop), deadlineMs: watch.deadlineMs(loop) };
    },
  };
}

async function openOutput(output: StopOutputModule, node: ComponentContext["node"]): Promise<StopOutput> {
  const { openStopOutput } = (await import(output.module)) as { readonly openStopOutput: OpenStopOutput };
  return openStopOutput(output.options, node);
}
