import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type DrivingState, EVENT_LEVELS, eventsBetween } from "../../motion/driving-events.ts";
import { NoticeLevel } from "../../protocol/bridge.ts";
import type { PageState } from "../../state/page.ts";
import { worldWords } from "../../text/world-words.ts";
import { Icon } from "../icon.tsx";

/** As long as Dreamview shows a monitor message. */
const SHOWN_MS = 6000;
const MOST = 4;

interface Toast {
  readonly number: number;
  readonly level: "info" | "warn" | "error";
  readonly text: string;
}

/** What happens to the drive, and what warns: each for some seconds over the picture; the console keeps it all. */
export function Notifications({ state }: { readonly state: PageState }): JSX.Element {
  const toasts = useSignal<readonly Toast[]>([]);
  useEffect(() => follow(state, toasts), [state, toasts]);
  const { events } = worldWords;
  return (
    <ul class="toasts" aria-live="polite" aria-label={events.label} data-testid="notifications">
      {toasts.value.map(({ number, level, text }) => (
        <li key={number} class={level} data-level={level}>
          <Icon name={level === "info" ? "check" : level === "warn" ? "warn" : "octagon"} />
          <span>{text}</span>
          <button
            type="button"
            onClick={() => (toasts.value = toasts.value.filter((toast) => toast.number !== number))}
            aria-label={events.close}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function follow(state: PageState, toasts: Signal<readonly Toast[]>): () => void {
  let [number, seen] = [0, -1];
  let before: DrivingState | undefined;
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const show = (level: Toast["level"], text: string): void => {
    const toast = { number: number++, level, text };
    toasts.value = [...toasts.peek(), toast].slice(-MOST);
    const timer = setTimeout(() => {
      timers.delete(timer);
      toasts.value = toasts.peek().filter((other) => other !== toast);
    }, SHOWN_MS);
    timers.add(timer);
  };
  const stopChassis = state.chassis.subscribe((chassis) => {
    if (chassis === undefined) {
      before = undefined; // another drive, or time has jumped: what comes is no event
      return;
    }
    const now: DrivingState = {
      mode: chassis.driving_mode ?? "",
      estop: state.trajectory?.is_estop === true,
      error: chassis.error_code ?? "",
      reverse: /REVERSE|^R$/.test(chassis.gear ?? ""),
    };
    for (const event of eventsBetween(before, now)) show(EVENT_LEVELS[event], worldWords.events[event]);
    before = now;
  });
  const stopNotices = state.notices.subscribe((notices) => {
    const last = notices.at(-1)?.number ?? -1;
    // What was there when the page was opened is in the console.
    if (seen >= 0 || state.hello.peek() === undefined)
      for (const { number: at, level, source, text } of notices)
        if (at > seen && seen >= 0 && level >= NoticeLevel.warn)
          show(level >= NoticeLevel.error ? "error" : "warn", `${source}: ${text}`);
    seen = Math.max(seen, last);
  });
  return () => {
    stopChassis();
    stopNotices();
    for (const timer of timers) clearTimeout(timer);
  };
}
