import type { JSX } from "preact";
import type { App } from "../../app.ts";
import { CAMERA_MODES, type CameraMode } from "../../scene/camera-rig.ts";
import { words } from "../../text/words.ts";
import { worldWords } from "../../text/world-words.ts";
import { Icon } from "../icon.tsx";

const NAMES: Readonly<Record<CameraMode, string>> = {
  chase: words.camera.chase,
  overhead: words.camera.overhead,
  free: words.camera.free,
  ...worldWords.cameras,
};

export function Cameras({ app }: { readonly app: App }): JSX.Element {
  return (
    <div class="cameras" role="radiogroup" aria-label={words.camera.label}>
      {CAMERA_MODES.map((mode, index) => (
        <button
          type="button"
          role="radio"
          key={mode}
          aria-checked={app.camera.value === mode}
          aria-label={NAMES[mode]}
          onClick={() => app.chooseCamera(mode)}
          title={`${NAMES[mode]} (${index + 1})`}
          data-testid={`camera-${mode}`}
        >
          <Icon name={mode} />
          <span>{NAMES[mode]}</span>
        </button>
      ))}
    </div>
  );
}
