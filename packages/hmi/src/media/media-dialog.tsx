import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { Icon } from "../panels/icon.tsx";
import { clock, utc } from "../text/format.ts";
import type { ListedRecording } from "./media-link.ts";
import { mediaWords as words } from "./media-words.ts";

/** The recordings of the server, and one of the person's own. */
export function MediaDialog({ app }: { readonly app: App }): JSX.Element {
  const { media } = app;
  const dialog = useRef<HTMLDialogElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const shown = media.shown.value;
  useEffect(() => {
    if (!shown) return dialog.current?.close();
    dialog.current?.showModal();
    void media.refresh();
  }, [shown, media]);
  const list = media.list.value;
  const busy = media.busy.value;
  const able = media.canOpen && busy === undefined;
  return (
    <dialog
      ref={dialog}
      class="media"
      aria-label={words.label}
      onClose={() => (media.shown.value = false)}
      data-testid="media"
    >
      <h2>
        {words.label}
        <button type="button" class="icon" onClick={() => (media.shown.value = false)} aria-label={words.close}>
          <Icon name="close" />
        </button>
      </h2>
      <p class="media-send">
        <input
          ref={file}
          type="file"
          accept=".bag,.mcap,.record,.active"
          hidden
          data-testid="media-file"
          onChange={(event) => {
            const [chosen] = event.currentTarget.files ?? [];
            if (chosen !== undefined) void media.send(chosen);
            event.currentTarget.value = "";
          }}
        />
        <button type="button" disabled={!able} onClick={() => file.current?.click()} data-testid="media-choose">
          {words.choose}
        </button>
        <span>{media.canOpen ? words.dropHint : words.viewerOnly}</span>
      </p>
      <p class="media-busy" role="status" data-testid="media-busy">
        {busy === undefined ? (
          <b class="error">{media.error.value}</b>
        ) : (
          <>
            <span>
              {busy.part === undefined ? words.opening : words.sending} {busy.name}
            </span>
            <progress {...(busy.part === undefined ? {} : { value: busy.part })} />
            <button type="button" disabled={busy.part === undefined} onClick={() => media.cancel()}>
              {words.cancel}
            </button>
          </>
        )}
      </p>
      <div class="media-list">
        {list?.recordings.length === 0 ? <p>{words.none}</p> : null}
        <table>
          <thead>
            <tr>
              <th>{words.name}</th>
              <th class="format">{words.format}</th>
              <th>{words.duration}</th>
              <th class="size">{words.size}</th>
              <th class="recorded">{words.recorded}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {list?.recordings.map((each) => (
              <Row key={each.id} app={app} recording={each} able={able} />
            ))}
          </tbody>
        </table>
      </div>
    </dialog>
  );
}

function Row({
  app,
  recording,
  able,
}: {
  readonly app: App;
  readonly recording: ListedRecording;
  readonly able: boolean;
}): JSX.Element {
  const { media } = app;
  const { id, name, folder, bytes, format, durationS, startS, complete, error, playing } = recording;
  const compared = media.runs.value.find((run) => run.id === id);
  return (
    <tr class={playing ? "playing" : ""} data-recording={name}>
      <td class="name" title={`${folder}/${name}`}>
        <b>{name}</b>
        <small>{error !== "" ? error : complete ? folder : words.incomplete}</small>
      </td>
      <td class="format">{format}</td>
      <td>{error === "" ? clock(durationS, 0) : ""}</td>
      <td class="size">{sizeOf(bytes)}</td>
      <td class="recorded">{error === "" ? utc(startS).slice(0, 16) : ""}</td>
      <td class="act">
        <button
          type="button"
          disabled={!able || error !== "" || playing}
          onClick={() => void media.open(recording)}
          data-testid={`play-${name}`}
        >
          {playing ? words.playing : words.play}
        </button>
        <button
          type="button"
          disabled={error !== "" || playing}
          aria-pressed={compared !== undefined}
          onClick={() => void media.toggleCompare(recording)}
          data-testid={`compare-${name}`}
        >
          {compared === undefined ? words.compare : words.comparing}
        </button>
      </td>
    </tr>
  );
}

function sizeOf(bytes: number): string {
  const unit = bytes >= 1e9 ? "GB" : bytes >= 1e6 ? "MB" : "kB";
  const value = bytes / (unit === "GB" ? 1e9 : unit === "MB" ? 1e6 : 1e3);
  return `${value < 100 ? value.toPrecision(2) : value.toFixed(0)} ${unit}`;
}
