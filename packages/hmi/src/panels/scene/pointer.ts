import type { App } from "../../app.ts";

const TURN_PER_PIXEL = 0.006;
const ZOOM_PER_PIXEL = 0.0016;

/** Drag turns, right-drag or two fingers move, wheel or pinch zooms, a double click puts the camera back. */
export function followPointer(canvas: HTMLCanvasElement, app: App): () => void {
  const fingers = new Map<number, { x: number; y: number }>();
  const stop = new AbortController();
  const { signal } = stop;

  const down = (event: PointerEvent): void => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const up = (event: PointerEvent): void => void fingers.delete(event.pointerId);
  const move = (event: PointerEvent): void => {
    const before = fingers.get(event.pointerId);
    if (before === undefined || app.view === undefined) return;
    const dx = event.clientX - before.x;
    const dy = event.clientY - before.y;
    const spread = spreadOf(fingers);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size >= 2) {
      const now = spreadOf(fingers);
      if (spread > 0 && now > 0) app.view.zoom(spread / now);
      app.view.pan(-dx / 2 / canvas.clientHeight, dy / 2 / canvas.clientHeight);
    } else if ((event.buttons & 6) !== 0 || event.shiftKey) {
      app.view.pan(-dx / canvas.clientHeight, dy / canvas.clientHeight);
    } else app.view.orbit(-dx * TURN_PER_PIXEL, dy * TURN_PER_PIXEL);
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
    app.view?.zoom(Math.exp(event.deltaY * lines * ZOOM_PER_PIXEL));
  };

  canvas.addEventListener("pointerdown", down, { signal });
  canvas.addEventListener("pointerup", up, { signal });
  canvas.addEventListener("pointercancel", up, { signal });
  canvas.addEventListener("pointermove", move, { signal });
  canvas.addEventListener("wheel", wheel, { signal, passive: false });
  canvas.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  canvas.addEventListener("dblclick", () => app.chooseCamera(app.camera.value), { signal });
  return () => stop.abort();
}

function spreadOf(fingers: ReadonlyMap<number, { x: number; y: number }>): number {
  const [a, b] = [...fingers.values()];
  return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
}
