import type { App } from "../../app.ts";

const TURN_PER_PIXEL = 0.006;
const ZOOM_PER_PIXEL = 0.0016;
const CLICK_PIXELS = 4;

/** Drag turns, right-drag or two fingers move, wheel or pinch zooms, a double click puts the camera back. */
export function followPointer(canvas: HTMLCanvasElement, app: App): () => void {
  const fingers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  const stop = new AbortController();
  const { signal } = stop;

  const down = (event: PointerEvent): void => {
    canvas.setPointerCapture(event.pointerId);
    moved = 0;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  /** A press that has not moved is a click: with the distance tool it sets a point. */
  const up = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
    if (event.type !== "pointerup" || moved > CLICK_PIXELS || event.button !== 0 || !app.dreamview.measuring.peek())
      return;
    const box = canvas.getBoundingClientRect();
    const at = app.view?.groundAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    if (at !== undefined) app.dreamview.addPoint(at);
  };
  const move = (event: PointerEvent): void => {
    const before = fingers.get(event.pointerId);
    if (before === undefined || app.view === undefined) return;
    const dx = event.clientX - before.x;
    const dy = event.clientY - before.y;
    moved += Math.hypot(dx, dy);
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
  const reset = (): void => {
    if (!app.dreamview.measuring.peek()) app.chooseCamera(app.camera.value);
  };
  canvas.addEventListener("dblclick", reset, { signal });
  return () => stop.abort();
}

function spreadOf(fingers: ReadonlyMap<number, { x: number; y: number }>): number {
  const [a, b] = [...fingers.values()];
  return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
}
