import { type Signal, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { App } from "../app.ts";
import { Icon } from "../panels/icon.tsx";
import { words } from "../text/words.ts";

type View = (props: { readonly app: App; readonly close: () => void }) => JSX.Element;

export const busShown: Signal<boolean> = signal(false);

export function BusButton(): JSX.Element {
  return (
    <button
      type="button"
      class="icon"
      aria-pressed={busShown.value}
      aria-label={words.header.bus}
      title={words.header.bus}
      onClick={() => (busShown.value = !busShown.value)}
      data-testid="bus"
    >
      <Icon name="graph" />
    </button>
  );
}

/** Loads the bus view when somebody first wants it: most never do. */
export function BusHost({ app }: { readonly app: App }): JSX.Element | null {
  const [loaded, setLoaded] = useState<{ readonly View: View } | undefined>(undefined);
  const shown = busShown.value;
  useEffect(() => {
    if (!shown || loaded !== undefined) return;
    void import("./bus-view.tsx").then((module) => setLoaded({ View: module.default }));
  }, [shown, loaded]);
  if (!shown || loaded === undefined) return null;
  const { View } = loaded;
  return <View app={app} close={() => (busShown.value = false)} />;
}
