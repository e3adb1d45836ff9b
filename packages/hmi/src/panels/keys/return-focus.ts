import { useEffect } from "preact/hooks";

/** Whoever had the focus when the view was opened has it again when the view is gone, unless it went elsewhere. Before other effects. */
export function useReturnFocus(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () =>
      queueMicrotask(() => {
        const isNowhere = document.activeElement === null || document.activeElement === document.body;
        if (isNowhere && before instanceof HTMLElement) before.focus();
      });
  }, []);
}
