import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { App } from "../app.ts";
import { Icon } from "../panels/icon.tsx";
import { belongsTo } from "../panels/keys/keyboard.ts";
import { mediaWords } from "./media-words.ts";
import "./media.css";

type Views = typeof import("./media-views.tsx")["default"];

export function MediaButton({ app }: { readonly app: App }): JSX.Element {
  const { shown } = app.media;
  return (
    <button
      type="button"
      class="icon"
      aria-haspopup="dialog"
      aria-label={mediaWords.button}
      title={`${mediaWords.button} (o)`}
      onClick={() => (shown.value = true)}
      data-testid="media-open"
    >
      <Icon name="folder" />
    </button>
  );
}

/** Keys and dropped files; the views are loaded when somebody first wants them. */
export function MediaHost({ app }: { readonly app: App }): JSX.Element | null {
  const { media } = app;
  const views = useViews(media.shown.value);
  const dragging = useSignal(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const action = keyAction(app, event.key);
      if (action === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      if (belongsTo(document.activeElement, event.key)) return;
      event.preventDefault();
      action();
    };
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault(); // else the browser leaves the page for the file
      dragging.value = true;
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) dragging.value = false;
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      dragging.value = false;
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      media.shown.value = true;
      void media.send(file);
    };
    const listeners = { keydown: pressed, dragover: over, dragleave: leave, drop } as const;
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener as EventListener);
    };
  }, [app, media, dragging]);
  return (
    <>
      {views === undefined ? null : <views.MediaDialog app={app} />}
      {dragging.value ? (
        <div class="drop-here" data-testid="drop-here">
          <p>{media.canOpen ? mediaWords.drop : mediaWords.viewerOnly}</p>
        </div>
      ) : null}
    </>
  );
}

/** In the place of the panels below the picture, while something is compared. */
export function CompareHost({ app }: { readonly app: App }): JSX.Element | null {
  const views = useViews(app.media.comparing.value);
  if (!app.media.comparing.value || views === undefined) return null;
  return <views.ComparePanel app={app} />;
}

function useViews(wanted: boolean): Views | undefined {
  const [views, setViews] = useState<{ readonly views: Views } | undefined>(undefined);
  useEffect(() => {
    if (wanted && views === undefined)
      void import("./media-views.tsx").then((module) => setViews({ views: module.default }));
  }, [wanted, views]);
  return views?.views;
}

function keyAction(app: App, key: string): (() => void) | undefined {
  switch (key) {
    case "o":
      return () => (app.media.shown.value = !app.media.shown.value);
    case "a":
      return () => app.loopFrom();
    case "b":
      return () => app.loopTo();
    case "x":
      return () => app.endLoopRange();
    default:
      return undefined;
  }
}
