import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { App } from "../app.ts";
import { words } from "../text/words.ts";

/** Panels that lie under one another on a phone, by their class. */
const PLACES = ["scene", "side", "plots", "topics", "modules", "console"] as const;
type Place = (typeof PLACES)[number];

/** On a phone: every panel and the PnC monitor one touch away, whatever is scrolled. The style sheet hides it elsewhere. */
export function JumpBar({ app }: { readonly app: App }): JSX.Element {
  const shown = app.dreamview.monitorShown.value;
  // The monitor takes the place of the panels: its beginning, not where the panels were scrolled to.
  useEffect(() => {
    if (shown) globalThis.scrollTo({ top: 0 });
  }, [shown]);
  const jump = (place: Place): void => {
    app.dreamview.monitorShown.value = false;
    // Once the panels are there again.
    requestAnimationFrame(() => document.querySelector(`main .${place}`)?.scrollIntoView({ block: "start" }));
  };
  return (
    <nav class="jump" aria-label={words.places.label}>
      {PLACES.map((place) => (
        <button key={place} type="button" onClick={() => jump(place)} data-testid={`jump-${place}`}>
          {words.places[place]}
        </button>
      ))}
      <button
        type="button"
        aria-pressed={shown}
        onClick={() => (app.dreamview.monitorShown.value = !shown)}
        data-testid="jump-pnc"
      >
        {words.places.monitor}
      </button>
    </nav>
  );
}
