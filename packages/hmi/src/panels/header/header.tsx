import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { App } from "../../app.ts";
import { BusButton } from "../../bus/bus-host.tsx";
import { count } from "../../text/format.ts";
import { switchLanguage, words } from "../../text/words.ts";
import { Icon } from "../icon.tsx";

export function Header({ app }: { readonly app: App }): JSX.Element {
  const { state } = app;
  const kind = useComputed(() => state.connection.value.kind);
  const dropped = useComputed(() => state.counters.value?.frames_dropped ?? 0);
  const title = useComputed(() => state.hello.value?.title ?? "");
  return (
    <header class="header">
      <h1 class="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M16 5 27 26H5Z" />
          <circle cx="16" cy="20" r="2.6" />
        </svg>
        Delos
      </h1>
      <p class="title" data-testid="title" title={title.value}>
        {title}
      </p>
      <p class={`dropped ${dropped.value > 0 ? "some" : ""}`} title={words.header.droppedHint} data-testid="dropped">
        <b>{count(dropped.value)}</b> {words.header.dropped}
      </p>
      <p class={`connection ${kind.value}`} data-testid="connection" role="status">
        <i aria-hidden="true" />
        {words.connection[kind.value]}
      </p>
      <RoleBadge app={app} />
      <button
        type="button"
        class="language"
        onClick={switchLanguage}
        title={words.header.languageHint}
        lang={words.header.language === "EN" ? "en" : "zh-CN"}
        data-testid="language"
      >
        {words.header.language}
      </button>
      <BusButton />
      <button
        type="button"
        class="icon"
        onClick={() => app.toggleTheme()}
        aria-label={app.theme.value === "dark" ? words.header.light : words.header.dark}
        title={`${app.theme.value === "dark" ? words.header.light : words.header.dark} (t)`}
        data-testid="theme"
      >
        <Icon name={app.theme.value === "dark" ? "sun" : "moon"} />
      </button>
      <button
        type="button"
        class="icon"
        onClick={() => (app.keysShown.value = true)}
        aria-label={words.header.keys}
        title={`${words.header.keys} (?)`}
        data-testid="keys"
      >
        <Icon name="keyboard" />
      </button>
    </header>
  );
}

/** Who this page is for the server. A viewer's badge leads to the login. */
function RoleBadge({ app }: { readonly app: App }): JSX.Element | null {
  if (app.state.hello.value === undefined) return null;
  const { header } = words;
  if (app.state.isOperator)
    return (
      <span class="role" title={header.operatorHint} data-testid="role" data-role="operator">
        {header.operator}
      </span>
    );
  return (
    <a class="role viewer" href="login" title={header.viewerHint} data-testid="role" data-role="viewer">
      {header.viewer}
    </a>
  );
}
