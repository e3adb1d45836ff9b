import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { PageState } from "../../state/page.ts";
import { fixed, UNKNOWN } from "../../text/format.ts";
import { words } from "../../text/words.ts";

const ARC = 2 * Math.PI * 46;

/** The wheel as the driver sees it, with an arc for the part of full lock; positive is to the left. */
export function SteeringWheel({ state }: { readonly state: PageState }): JSX.Element {
  const percent = useComputed(() => {
    const { lockDeg } = state.shape.value;
    const chassis = state.chassis.value;
    if (chassis?.steering_percent !== undefined) return chassis.steering_percent;
    return chassis?.steering_wheel_deg === undefined ? undefined : (chassis.steering_wheel_deg / lockDeg) * 100;
  });
  const degrees = useComputed(() => {
    const { lockDeg } = state.shape.value;
    const chassis = state.chassis.value;
    return chassis?.steering_wheel_deg ?? (percent.value === undefined ? undefined : (percent.value / 100) * lockDeg);
  });
  const percentText = useComputed(() => (percent.value === undefined ? UNKNOWN : `${fixed(percent.value, 1)} %`));
  const degreesText = useComputed(() => (degrees.value === undefined ? UNKNOWN : `${fixed(degrees.value, 0)}°`));
  const turn = degrees.value ?? 0;
  const part = Math.max(-1, Math.min(1, (percent.value ?? 0) / 100));
  return (
    <div class="steering">
      <div class="dial">
        <svg class="arc" viewBox="0 0 100 100" role="img" aria-label={`${words.cockpit.steering} ${percentText.value}`}>
          <circle
            class="track"
            cx="50"
            cy="50"
            r="46"
            stroke-dasharray={`${ARC * 0.7} ${ARC}`}
            transform="rotate(144 50 50)"
          />
          <circle
            class="fill"
            cx="50"
            cy="50"
            r="46"
            stroke-dasharray={`${(ARC * 0.35 * Math.abs(part)).toFixed(2)} ${ARC}`}
            transform={part > 0 ? "matrix(-1 0 0 1 100 0) rotate(-90 50 50)" : "rotate(-90 50 50)"}
          />
        </svg>
        <svg
          class="wheel"
          viewBox="0 0 100 100"
          aria-hidden="true"
          style={{ transform: `rotate(${(-turn).toFixed(1)}deg)` }}
        >
          <circle cx="50" cy="50" r="35" />
          <path d="M17 46c10 2 16 3 22 7M83 46c-10 2-16 3-22 7M50 61v23" />
          <path class="hub" d="M39 45h22a4 4 0 0 1 4 5c-1 7-6 13-15 13s-14-6-15-13a4 4 0 0 1 4-5z" />
          <path class="mark" d="M46.5 15h7" />
        </svg>
      </div>
      <p>
        <b data-testid="steering">{percentText}</b>
        <span data-testid="steering-deg">{degreesText}</span>
      </p>
    </div>
  );
}
