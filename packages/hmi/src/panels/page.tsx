import type { JSX } from "preact";
import type { App } from "../app.ts";
import { BusHost } from "../bus/bus-host.tsx";
import { CompareHost, MediaHost } from "../media/media-host.tsx";
import { Cockpit } from "./cockpit/cockpit.tsx";
import { ConsolePanel } from "./console/console.tsx";
import { Header } from "./header/header.tsx";
import { JumpBar } from "./jump-bar.tsx";
import { KeysDialog } from "./keys/keys-dialog.tsx";
import { ModulesPanel } from "./modules/modules.tsx";
import { OperateBar } from "./operate/operate-bar.tsx";
import { PlotsPanel } from "./plots/plots.tsx";
import { PncHost } from "./pnc/pnc-host.tsx";
import { ScenePanel } from "./scene/scene.tsx";
import { Inspector } from "./topics/inspector.tsx";
import { TopicsPanel } from "./topics/topics.tsx";
import { Transport } from "./transport/transport.tsx";

/** The arrangement of the panels; the style sheet moves them for narrow screens. */
export function Page({ app }: { readonly app: App }): JSX.Element {
  const inspecting = app.state.inspected.value !== "";
  return (
    <>
      <Header app={app} />
      <OperateBar app={app} />
      <JumpBar app={app} />
      <main class="layout">
        <ScenePanel app={app} />
        <aside class="side">
          <Cockpit state={app.state} />
          <PlotsPanel app={app} />
        </aside>
        <div class={`dock${inspecting ? " inspecting" : ""}${app.media.comparing.value ? " comparing" : ""}`}>
          <CompareHost app={app} />
          <TopicsPanel app={app} />
          {inspecting ? <Inspector state={app.state} /> : null}
          <ModulesPanel app={app} />
          <ConsolePanel state={app.state} />
        </div>
      </main>
      <BusHost app={app} />
      <PncHost app={app} />
      <MediaHost app={app} />
      <Transport app={app} />
      <KeysDialog app={app} />
    </>
  );
}
