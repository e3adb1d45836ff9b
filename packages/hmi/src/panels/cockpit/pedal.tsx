import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { PageState } from "../../state/page.ts";
import { fixed, UNKNOWN } from "../../text/format.ts";
import { words } from "../../text/words.ts";

/** A pedal as a bar: filled as far as it is pressed, with a tick where control wants it. */
export function Pedal({
  state,
  kind,
}: {
  readonly state: PageState;
  readonly kind: "throttle" | "brake";
}): JSX.Element {
  const key = `${kind}_percent` as const;
  const value = useComputed(() => state.chassis.value?.[key]);
  const wanted = useComputed(() => state.control.value?.[key]);
  const text = useComputed(() => (value.value === undefined ? UNKNOWN : `${fixed(value.value, 0)} %`));
  const part = clamp(value.value);
  return (
    <div class={`pedal ${kind}`}>
      <span>{words.cockpit[kind]}</span>
      <div
        class="bar"
        role="meter"
        aria-label={words.cockpit[kind]}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part)}
      >
        <i style={{ transform: `scaleX(${(part / 100).toFixed(4)})` }} />
        {wanted.value === undefined ? null : <u style={{ left: `${clamp(wanted.value).toFixed(2)}%` }} />}
      </div>
      <b data-testid={kind}>{text}</b>
    </div>
  );
}

function clamp(percent: number | undefined): number {
  return percent === undefined || !Number.isFinite(percent) ? 0 : Math.max(0, Math.min(100, percent));
}
