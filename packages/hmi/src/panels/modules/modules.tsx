import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { App } from "../../app.ts";
import {
  type Hardware,
  HardwareStatus,
  type Module,
  ModuleState,
  NoticeLevel,
  type Resource,
  type Selection,
  type Tool,
  type Vehicle,
} from "../../protocol/bridge.ts";
import { fixed } from "../../text/format.ts";
import { words } from "../../text/words.ts";
import { Icon, type IconName } from "../icon.tsx";

const { modules: text } = words;

/** What runs, what it needs, and what can run out: modules, hardware, tools, vehicle and map, resources. */
export function ModulesPanel({ app }: { readonly app: App }): JSX.Element {
  const operation = app.state.operation.value;
  const resources = app.state.resources.value;
  const able = app.state.isOperator && app.state.connection.value.kind === "open";
  const busy =
    (operation?.modules ?? []).some(({ state }) => state !== ModuleState.stopped && state !== ModuleState.crashed) ||
    (operation?.tools ?? []).some(({ running }) => running);
  return (
    <section class="modules panel" aria-label={text.label} data-testid="modules">
      <h2>
        {text.label}
        {operation === undefined ? null : (
          <span class="all">
            <button
              type="button"
              disabled={!able}
              onClick={() => app.toggleModule("all", true)}
              data-testid="start-all"
            >
              {text.startAll}
            </button>
            <button
              type="button"
              disabled={!able}
              onClick={() => app.toggleModule("all", false)}
              data-testid="stop-all"
            >
              {text.stopAll}
            </button>
          </span>
        )}
      </h2>
      <div class="rows">
        {operation === undefined ? <p class="none">{app.state.isReplay.value ? text.replay : text.none}</p> : null}
        {(operation?.selections ?? []).map((selection) => (
          <SelectionRow key={selection.kind} app={app} selection={selection} able={able && !busy} />
        ))}
        {operation?.vehicle === undefined ? null : <VehicleFacts vehicle={operation.vehicle} />}
        {busy && able && (operation?.selections.length ?? 0) > 0 ? <p class="facts">{text.chooseStopped}</p> : null}
        {(operation?.modules ?? []).map((module) => (
          <ModuleRow key={module.name} app={app} module={module} able={able} />
        ))}
        {operation === undefined || operation.hardware.length === 0 ? null : (
          <h3>
            {text.hardware}
            <button type="button" disabled={!able} onClick={() => app.checkHardware("")} data-testid="check-all">
              {text.checkAll}
            </button>
          </h3>
        )}
        {(operation?.hardware ?? []).map((hardware) => (
          <HardwareRow key={hardware.name} app={app} hardware={hardware} able={able} />
        ))}
        {operation === undefined || operation.tools.length === 0 ? null : <h3>{text.tools}</h3>}
        {(operation?.tools ?? []).map((tool) => (
          <ToolRow key={tool.name} app={app} tool={tool} able={able} />
        ))}
        {resources.length === 0 ? null : <h3>{text.resources}</h3>}
        {resources.map((resource) => (
          <ResourceRow key={resource.name} resource={resource} />
        ))}
      </div>
    </section>
  );
}

interface StateLook {
  readonly icon: IconName;
  readonly kind: string;
  readonly label: string;
}

const STATES: Readonly<Record<number, StateLook>> = {
  [ModuleState.stopped]: { icon: "unknown", kind: "", label: text.states.stopped },
  [ModuleState.starting]: { icon: "clock", kind: "waiting", label: text.states.starting },
  [ModuleState.started]: { icon: "check", kind: "good", label: text.states.started },
  [ModuleState.stopping]: { icon: "clock", kind: "waiting", label: text.states.stopping },
  [ModuleState.crashed]: { icon: "cross", kind: "bad", label: text.states.crashed },
  [ModuleState.restarting]: { icon: "warn", kind: "bad", label: text.states.restarting },
};

function ModuleRow({
  app,
  module,
  able,
}: {
  readonly app: App;
  readonly module: Module;
  readonly able: boolean;
}): JSX.Element {
  const { name, display_name, state, reason, restarts, place, lag_ms: lagMs } = module;
  const look = STATES[state] ?? STATES[ModuleState.stopped]!;
  const on = state === ModuleState.started || state === ModuleState.starting || state === ModuleState.restarting;
  const busy = useComputed(() => app.state.requests.pending.value.has(`module-${name}`));
  const lag = lagMs === undefined ? "" : ` · ${text.lag} ${fixed(lagMs, 0)} ms`;
  return (
    <div class={`row ${look.kind}`} data-testid={`module-row-${name}`} data-state={look.label}>
      <Icon name={look.icon} />
      <span class="name" title={`${name} · ${place}${lag}`}>
        {display_name}
      </span>
      <span class="state" title={reason}>
        {look.label}
        {restarts > 0 ? ` · ${restarts} ${text.restarts}` : ""}
      </span>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={on}
        aria-busy={busy.value}
        aria-label={display_name}
        disabled={!able}
        onClick={() => app.toggleModule(name, !on)}
        data-testid={`module-${name}`}
      >
        <i aria-hidden="true" />
      </button>
      {reason === "" ? null : (
        <p class="reason" role="alert" data-testid={`module-reason-${name}`}>
          {reason}
        </p>
      )}
    </div>
  );
}

const STATUSES: Readonly<Record<number, StateLook>> = {
  [HardwareStatus.checking]: { icon: "clock", kind: "waiting", label: text.statuses.checking },
  [HardwareStatus.unknown]: { icon: "unknown", kind: "", label: text.statuses.unknown },
  [HardwareStatus.ok]: { icon: "check", kind: "good", label: text.statuses.ok },
  [HardwareStatus.notReady]: { icon: "warn", kind: "waiting", label: text.statuses.notReady },
  [HardwareStatus.notPresent]: { icon: "cross", kind: "bad", label: text.statuses.notPresent },
  [HardwareStatus.error]: { icon: "cross", kind: "bad", label: text.statuses.error },
};

function HardwareRow({
  app,
  hardware: { name, display_name, status, message },
  able,
}: {
  readonly app: App;
  readonly hardware: Hardware;
  readonly able: boolean;
}): JSX.Element {
  const look = STATUSES[status] ?? STATUSES[HardwareStatus.error]!;
  return (
    <div class={`row ${look.kind}`} data-testid={`hardware-${name}`} data-status={status}>
      <Icon name={look.icon} />
      <span class="name">{display_name}</span>
      <span class="state" title={message}>
        {message === "" || message === "OK" ? look.label : message}
      </span>
      <button type="button" disabled={!able} onClick={() => app.checkHardware(name)} data-testid={`check-${name}`}>
        {text.check}
      </button>
    </div>
  );
}

/** What the chosen vehicle's files say, in one line. */
function VehicleFacts({ vehicle }: { readonly vehicle: Vehicle }): JSX.Element {
  const size = [vehicle.front_m + vehicle.back_m, vehicle.width_m, vehicle.height_m]
    .map((m) => m.toFixed(2))
    .join(" × ");
  const facts = [
    `${size} m`,
    `${fixed(vehicle.mass_kg, 0)} kg`,
    `${text.wheelbase} ${vehicle.wheelbase_m.toFixed(2)} m`,
    `${text.lock} ±${fixed(vehicle.steering_lock_deg, 0)}°, ${vehicle.steering_ratio} : 1`,
    `${text.calibration}: ${vehicle.calibration_rows} ${text.rows} ${vehicle.top_speed_mps} m/s`,
  ];
  return (
    <p class="facts" data-testid="vehicle-facts">
      {facts.join(" · ")}
    </p>
  );
}

function SelectionRow({
  app,
  selection: { kind, chosen, choices },
  able,
}: {
  readonly app: App;
  readonly selection: Selection;
  readonly able: boolean;
}): JSX.Element {
  const label = kind === "vehicle" ? text.vehicle : kind === "map" ? text.map : kind;
  return (
    <label class="row choice">
      <span class="name">{label}</span>
      <select
        value={chosen}
        disabled={!able || choices.length < 2}
        onChange={(event) => {
          app.select(kind, event.currentTarget.value);
          event.currentTarget.value = chosen; // until the server says that it is so
          event.currentTarget.blur();
        }}
        data-testid={`select-${kind}`}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </label>
  );
}

function ToolRow({
  app,
  tool: { name, display_name, running },
  able,
}: {
  readonly app: App;
  readonly tool: Tool;
  readonly able: boolean;
}): JSX.Element {
  return (
    <div class={`row ${running ? "good" : ""}`}>
      <Icon name={running ? "check" : "unknown"} />
      <span class="name">{name === "driver" ? words.operate.hands : display_name}</span>
      <span class="state">{running ? text.states.started : text.states.stopped}</span>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={running}
        aria-label={display_name}
        disabled={!able}
        onClick={() => app.runTool(name, !running)}
        data-testid={`tool-${name}`}
      >
        <i aria-hidden="true" />
      </button>
    </div>
  );
}

/** A bar with a mark where the warning and where the alarm begin. */
function ResourceRow({ resource }: { readonly resource: Resource }): JSX.Element {
  const { name, unit, value, soft, hard, full, level } = resource;
  const kind = level >= NoticeLevel.error ? "bad" : level >= NoticeLevel.warn ? "waiting" : "";
  const part = (amount: number): number => Math.max(0, Math.min(100, (amount / full) * 100));
  return (
    <div
      class={`row resource ${kind}`}
      title={`${text.limits}: ${soft} ${unit}, ${hard} ${unit}`}
      data-testid={`resource-${name}`}
      data-level={level}
    >
      <span class="name">{resourceName(name)}</span>
      <div
        class="bar"
        role="meter"
        aria-label={resourceName(name)}
        aria-valuemin={0}
        aria-valuemax={full}
        aria-valuenow={Math.round(value)}
      >
        <i style={{ transform: `scaleX(${(part(value) / 100).toFixed(3)})` }} />
        <u style={{ left: `${part(soft)}%` }} />
        <u style={{ left: `${part(hard)}%` }} />
      </div>
      <b>
        {fixed(value, 0)} {unit}
      </b>
    </div>
  );
}

function resourceName(name: string): string {
  if (name === "cpu") return text.cpu;
  if (name === "memory") return text.memory;
  if (name === "disk") return text.disk;
  return `${text.lagOf} ${name.replace(/^lag:/, "")}`;
}
