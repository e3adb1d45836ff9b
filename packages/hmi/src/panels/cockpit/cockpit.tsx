import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { PageState } from "../../state/page.ts";
import { bearingDeg, fixed, metres, UNKNOWN, utc } from "../../text/format.ts";
import { drivingMode, gearLetter, signals } from "../../text/modes.ts";
import { words } from "../../text/words.ts";
import { Icon } from "../icon.tsx";
import { Pedal } from "./pedal.tsx";
import { SteeringWheel } from "./steering-wheel.tsx";

const GEARS = ["P", "R", "N", "D"];

/** What a driver looks at: speed, wheel, pedals, gear, signals, mode; below it where the car is. */
export function Cockpit({ state }: { readonly state: PageState }): JSX.Element {
  const stale = useComputed(() => (state.stale.value.chassis || state.stale.value.pose ? "stale" : ""));
  return (
    <section class={`cockpit panel ${stale.value}`} aria-label={words.cockpit.label}>
      <div class="cockpit-top">
        <Mode state={state} />
        <span class="stale-mark" role="status">
          {stale.value === "" ? "" : words.cockpit.stale}
        </span>
        <Gear state={state} />
      </div>
      <div class="cockpit-main">
        <Speed state={state} />
        <SteeringWheel state={state} />
      </div>
      <Pedal state={state} kind="throttle" />
      <Pedal state={state} kind="brake" />
      <Position state={state} />
    </section>
  );
}

function Mode({ state }: { readonly state: PageState }): JSX.Element {
  const name = useComputed(() => state.chassis.value?.driving_mode ?? "");
  const mode = useComputed(() => drivingMode(name.value));
  return (
    <span
      class={`mode ${mode.value.kind}`}
      data-testid="driving-mode"
      data-mode={name.value}
      title={`${words.cockpit.mode} ${name.value}`}
    >
      {mode.value.label}
    </span>
  );
}

function Gear({ state }: { readonly state: PageState }): JSX.Element {
  const gear = useComputed(() => gearLetter(state.chassis.value?.gear));
  const other = gear.value !== "" && !GEARS.includes(gear.value);
  return (
    <span
      class="gear"
      data-testid="gear"
      data-gear={gear.value}
      role="img"
      aria-label={`${words.cockpit.gear} ${gear.value || UNKNOWN}`}
    >
      {other ? (
        <b>{gear.value}</b>
      ) : (
        GEARS.map((letter) => (letter === gear.value ? <b key={letter}>{letter}</b> : <i key={letter}>{letter}</i>))
      )}
    </span>
  );
}

function Speed({ state }: { readonly state: PageState }): JSX.Element {
  const speed = useComputed(() => state.chassis.value?.speed_mps ?? state.pose.value?.speed_mps);
  const kmh = useComputed(() => (speed.value === undefined ? UNKNOWN : fixed(speed.value * 3.6, 0)));
  const mps = useComputed(() => fixed(speed.value, 2));
  const lamps = useComputed(() => signals(state.chassis.value?.signal));
  return (
    <div class="speed">
      <span
        class={`signal left ${lamps.value.left ? "on" : ""}`}
        data-testid="signal-left"
        role="img"
        aria-label={`${words.cockpit.left}: ${lamps.value.left ? words.cockpit.on : words.cockpit.off}`}
      >
        <Icon name="left" />
      </span>
      <span
        class={`signal right ${lamps.value.right ? "on" : ""}`}
        data-testid="signal-right"
        role="img"
        aria-label={`${words.cockpit.right}: ${lamps.value.right ? words.cockpit.on : words.cockpit.off}`}
      >
        <Icon name="right" />
      </span>
      <p data-testid="speed" aria-label={words.cockpit.speed}>
        <b>{kmh}</b> <span>km/h</span>
      </p>
      <p class="small" data-testid="speed-mps">
        {mps} m/s
      </p>
    </div>
  );
}

function Position({ state }: { readonly state: PageState }): JSX.Element {
  const { cockpit } = words;
  const pose = state.pose;
  const east = useComputed(() => metres(pose.value?.x, 2));
  const north = useComputed(() => metres(pose.value?.y, 2));
  const heading = useComputed(() =>
    pose.value === undefined ? UNKNOWN : `${bearingDeg(pose.value.heading).toFixed(1)}°`,
  );
  const latitude = useComputed(() => `${fixed(state.fix.value?.latitude_deg, 6)}°`);
  const longitude = useComputed(() => `${fixed(state.fix.value?.longitude_deg, 6)}°`);
  const time = useComputed(() => utc(state.busTimeS.value));
  const lateral = useComputed(() => metres(state.control.value?.lateral_error_m, 3));
  const hasFix = useComputed(() => state.fix.value !== undefined);
  return (
    <dl class="position">
      <Row label={cockpit.east} id="pose-x" value={east} />
      <Row label={cockpit.north} id="pose-y" value={north} />
      <Row label={cockpit.heading} id="heading" value={heading} />
      <Row label={cockpit.lateral} id="lateral-error" value={lateral} />
      <Row label={cockpit.latitude} id="latitude" value={hasFix.value ? latitude : UNKNOWN} />
      <Row label={cockpit.longitude} id="longitude" value={hasFix.value ? longitude : UNKNOWN} />
      <Row label={cockpit.time} id="time" value={time} wide />
    </dl>
  );
}

interface RowProps {
  readonly label: string;
  readonly id: string;
  readonly value: JSX.Element | string | object;
  readonly wide?: boolean;
}

function Row({ label, id, value, wide }: RowProps): JSX.Element {
  return (
    <div class={wide === true ? "wide" : ""}>
      <dt>{label}</dt>
      <dd data-testid={id}>{value as string}</dd>
    </div>
  );
}
