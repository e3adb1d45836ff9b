export { ComparePanel } from "./compare-panel.tsx";
export { MediaDialog } from "./media-dialog.tsx";
