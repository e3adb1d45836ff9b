import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../../app.ts";
import { mediaWords } from "../../media/media-words.ts";
import { words } from "../../text/words.ts";
import { worldWords } from "../../text/world-words.ts";
import { Icon } from "../icon.tsx";

const { keys } = words;
const LIST: readonly (readonly [readonly string[], string])[] = [
  [["Space"], keys.estop],
  [["Space"], keys.play],
  [["→", "←"], keys.step],
  [["⇧ →", "⇧ ←"], keys.jump],
  [["[", "]"], keys.rate],
  [["{", "}"], keys.rateDouble],
  [["l"], keys.loop],
  [["a", "b"], mediaWords.keys.loop],
  [["x"], mediaWords.keys.end],
  [["o"], mediaWords.keys.recordings],
  [["0"], keys.restart],
  [["c"], keys.camera],
  [["1", "2", "3"], keys.cameras],
  [["4", "5"], worldWords.keys.cameras],
  [["v"], worldWords.keys.layers],
  [["m"], worldWords.keys.measure],
  [["p"], worldWords.keys.pnc],
  [["+", "−"], keys.zoom],
  [["t"], keys.theme],
  [["/"], keys.filter],
  [["?"], keys.help],
  [["Esc"], keys.escape],
];

export function KeysDialog({ app }: { readonly app: App }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = app.keysShown.value;
  useEffect(() => {
    if (shown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [shown]);
  return (
    <dialog
      ref={dialog}
      class="keys"
      aria-label={keys.label}
      onClose={() => (app.keysShown.value = false)}
      data-testid="keys-dialog"
    >
      <h2>
        {keys.label}
        <button type="button" class="icon" onClick={() => (app.keysShown.value = false)} aria-label={keys.close}>
          <Icon name="close" />
        </button>
      </h2>
      <dl>
        {LIST.map(([names, meaning]) => (
          <div key={meaning}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p>{keys.pointer}</p>
    </dialog>
  );
}
