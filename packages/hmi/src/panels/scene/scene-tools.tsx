import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../../app.ts";
import { LAYERS } from "../../scene/layers.ts";
import { metres } from "../../text/format.ts";
import { worldWords } from "../../text/world-words.ts";
import { Icon } from "../icon.tsx";
import { belongsTo } from "../keys/keyboard.ts";
import { useReturnFocus } from "../keys/return-focus.ts";
import { lengthsOf } from "./dreamview.ts";

/** Layers, distances, the PnC monitor: buttons over the picture, and keys of their own. */
export function SceneTools({ app }: { readonly app: App }): JSX.Element {
  const { dreamview } = app;
  const { layers, measure, pnc } = worldWords;
  useEffect(() => {
    const keys: Readonly<Record<string, () => void>> = {
      v: () => (dreamview.menuShown.value = !dreamview.menuShown.value),
      m: () => dreamview.measure(!dreamview.measuring.value),
      p: () => (dreamview.monitorShown.value = !dreamview.monitorShown.value),
      "4": () => app.chooseCamera("near"),
      "5": () => app.chooseCamera("map"),
    };
    const pressed = (event: KeyboardEvent): void => {
      const action = keys[event.key];
      if (action === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      if (belongsTo(document.activeElement, event.key)) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [app, dreamview]);
  return (
    <div class="scene-tools">
      <div class="tool-row">
        <button
          type="button"
          aria-expanded={dreamview.menuShown.value}
          aria-controls="layer-menu"
          onClick={() => (dreamview.menuShown.value = !dreamview.menuShown.value)}
          title={`${layers.button} (v)`}
          aria-label={layers.button}
          data-testid="layers"
        >
          <Icon name="layers" />
          <span>{layers.button}</span>
        </button>
        <button
          type="button"
          aria-pressed={dreamview.measuring.value}
          onClick={() => dreamview.measure(!dreamview.measuring.value)}
          title={`${measure.button} (m)`}
          aria-label={measure.button}
          data-testid="measure"
        >
          <Icon name="ruler" />
          <span>{measure.button}</span>
        </button>
        <button
          type="button"
          aria-pressed={dreamview.monitorShown.value}
          onClick={() => (dreamview.monitorShown.value = true)}
          title={`${pnc.button} (p)`}
          aria-label={pnc.button}
          data-testid="pnc-open"
        >
          <Icon name="chart" />
          <span>{pnc.button}</span>
        </button>
      </div>
      {dreamview.menuShown.value ? <LayerMenu app={app} /> : null}
      {dreamview.measuring.value ? <Measured app={app} /> : null}
    </div>
  );
}

function LayerMenu({ app }: { readonly app: App }): JSX.Element {
  const { layers } = worldWords;
  const first = useRef<HTMLInputElement>(null);
  useReturnFocus();
  useEffect(() => first.current?.focus(), []);
  return (
    <fieldset class="layer-menu" id="layer-menu" data-testid="layer-menu">
      <legend class="unseen">{layers.button}</legend>
      {LAYERS.map((layer, i) => (
        <label key={layer}>
          <input
            ref={i === 0 ? first : null}
            type="checkbox"
            checked={app.dreamview.layers.value[layer]}
            onChange={() => {
              app.dreamview.toggle(layer);
              if (layer === "cloud") app.connection.send({ clouds: app.dreamview.layers.value.cloud });
            }}
            data-testid={`layer-${layer}`}
          />
          {layers[layer]}
        </label>
      ))}
    </fieldset>
  );
}

function Measured({ app }: { readonly app: App }): JSX.Element {
  const { measure } = worldWords;
  const points = app.dreamview.measured;
  const lengths = useComputed(() => lengthsOf(points.value));
  return (
    <p class="measured" role="status" data-testid="measured">
      {points.value.length < 2 ? (
        measure.hint
      ) : (
        <>
          <b>{metres(lengths.value.lastM, 2)}</b>
          {points.value.length > 2 ? ` · ${measure.total} ${metres(lengths.value.totalM, 2)}` : ""}
        </>
      )}
    </p>
  );
}
