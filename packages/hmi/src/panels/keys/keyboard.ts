/** What a key asks for. Keys are those of `delos bag play` where it has them. */
export type KeyAction =
  | { readonly kind: "play-pause" | "loop" | "restart" | "next-camera" | "theme" | "help" | "filter" | "escape" }
  | { readonly kind: "step" | "jump"; readonly direction: 1 | -1 }
  | { readonly kind: "rate"; readonly factor: number }
  | { readonly kind: "camera"; readonly index: number }
  | { readonly kind: "zoom"; readonly factor: number };

export interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Undefined for keys that are not the page's, and for all shortcuts of the browser. */
export function actionOf(event: Key): KeyAction | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  switch (event.key) {
    case " ":
      return { kind: "play-pause" };
    case "s":
    case "ArrowRight":
      return event.shiftKey ? { kind: "jump", direction: 1 } : { kind: "step", direction: 1 };
    case "ArrowLeft":
      return event.shiftKey ? { kind: "jump", direction: -1 } : { kind: "step", direction: -1 };
    case "[":
    case "ArrowDown":
      return { kind: "rate", factor: 0.9 };
    case "]":
    case "ArrowUp":
      return { kind: "rate", factor: 1.1 };
    case "{":
      return { kind: "rate", factor: 0.5 };
    case "}":
      return { kind: "rate", factor: 2 };
    case "l":
      return { kind: "loop" };
    case "0":
      return { kind: "restart" };
    case "c":
      return { kind: "next-camera" };
    case "1":
    case "2":
    case "3":
      return { kind: "camera", index: Number(event.key) - 1 };
    case "+":
    case "=":
      return { kind: "zoom", factor: 0.8 };
    case "-":
      return { kind: "zoom", factor: 1.25 };
    case "t":
      return { kind: "theme" };
    case "/":
      return { kind: "filter" };
    case "?":
    case "h":
      return { kind: "help" };
    case "Escape":
      return { kind: "escape" };
    default:
      return undefined;
  }
}

/**
 * The emergency stop, where a car is: the space bar, also on a focused button, but not where somebody types; F9 anywhere. Held
 * keys of the browser make it something else.
 */
export function isEstop(event: Key, element: Element | null): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (event.key === "F9") return true;
  return event.key === " " && !isTypedInto(element);
}

function isTypedInto(element: Element | null): boolean {
  if (element === null) return false;
  return element.tagName === "TEXTAREA" || (element.tagName === "INPUT" && element.getAttribute("type") !== "range");
}

/** Elements that use a key themselves: it is theirs while they have the focus. */
export function belongsTo(element: Element | null, key: string): boolean {
  if (element === null) return false;
  const name = element.tagName;
  if (isTypedInto(element)) return key !== "Escape";
  if (name === "SELECT") return key !== "Escape" && key !== "?";
  if (name === "INPUT") return key.startsWith("Arrow");
  if (name === "BUTTON" || name === "A" || name === "SUMMARY") return key === " " || key === "Enter";
  if (element.getAttribute("role") === "row" || element.getAttribute("role") === "treeitem")
    return key.startsWith("Arrow") || key === " " || key === "Enter";
  return false;
}
