import { render } from "preact";
import { App } from "./app.ts";
import { Page } from "./panels/page.tsx";

render(<Page app={new App()} />, document.getElementById("page")!);
