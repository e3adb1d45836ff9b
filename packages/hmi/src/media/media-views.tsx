import { ComparePanel } from "./compare-panel.tsx";
import { MediaDialog } from "./media-dialog.tsx";

/** What is loaded when somebody first wants it. */
const views = { ComparePanel, MediaDialog };
export default views;
