import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { App } from "../../app.ts";

type View = (props: { readonly app: App }) => JSX.Element;

/** Loads the monitor when somebody first wants it. */
export function PncHost({ app }: { readonly app: App }): JSX.Element | null {
  const [loaded, setLoaded] = useState<{ readonly View: View } | undefined>(undefined);
  const shown = app.dreamview.monitorShown.value;
  useEffect(() => {
    if (!shown || loaded !== undefined) return;
    void import("./pnc-view.tsx").then((module) => setLoaded({ View: module.default }));
  }, [shown, loaded]);
  if (!shown || loaded === undefined) return null;
  const { View } = loaded;
  return <View app={app} />;
}
