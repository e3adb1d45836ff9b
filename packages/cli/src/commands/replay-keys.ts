import type { Replay } from "@delos/replay";

export const KEYS_HELP =
  "space pause · s/→ step · ← step back · ↑/↓ rate · [ ] 1 s · { } 10 s · a b loop between · l loop · 0 restart · q quit";

const SECOND_NS = 1_000_000_000n;
const RATE_STEP = 1.1;

/** What the keys of a terminal do to a replay. One object holds what they remember: the first end of an A-B loop. */
export class ReplayKeys {
  readonly #replay: Replay;
  readonly #quit: (interrupted: boolean) => void;
  #fromNs: bigint | undefined;

  /** `quit(true)`: by Ctrl-C. */
  constructor(replay: Replay, quit: (interrupted: boolean) => void) {
    this.#replay = replay;
    this.#quit = quit;
  }

  /** One key as a terminal in raw mode sends it. True when it meant something. */
  press(key: string): boolean {
    const replay = this.#replay;
    if (replay.closed && key !== "q" && key !== "\u0003") return false; // another one takes its place this very moment
    switch (key) {
      case " ":
        if (replay.state === "playing") replay.pause();
        else replay.play();
        return true;
      case "s":
      case "\u001b[C":
        replay.step(1);
        return true;
      case "\u001b[D":
        replay.step(-1);
        return true;
      case "\u001b[A":
        replay.setRate(replay.rate * RATE_STEP);
        return true;
      case "\u001b[B":
        replay.setRate(replay.rate / RATE_STEP);
        return true;
      case "]":
      case "[":
      case "}":
      case "{": {
        const step = key === "]" || key === "[" ? SECOND_NS : 10n * SECOND_NS;
        replay.seek(replay.positionNs + (key === "]" || key === "}" ? step : -step));
        return true;
      }
      case "a":
        this.#fromNs = replay.positionNs;
        replay.setLoopRange(undefined);
        return true;
      case "b":
        if (this.#fromNs === undefined || replay.positionNs <= this.#fromNs) return false;
        replay.setLoopRange({ fromNs: this.#fromNs, toNs: replay.positionNs });
        return true;
      case "l":
        replay.setLoop(!replay.loop);
        return true;
      case "0":
        replay.restart();
        return true;
      case "q":
      case "\u0003":
        this.#quit(key !== "q");
        return true;
      default:
        return false;
    }
  }
}

/** Reads single keys while it lives, if `input` is a terminal; gives the terminal back as it was. */
export function listenToKeys(input: NodeJS.ReadableStream, keys: ReplayKeys): Disposable | undefined {
  const terminal = input as NodeJS.ReadableStream & Partial<Pick<NodeJS.ReadStream, "isTTY" | "setRawMode">>;
  if (terminal.isTTY !== true || terminal.setRawMode === undefined) return undefined;
  // Keys that follow each other quickly come in one piece.
  const onData = (data: Buffer | string): void => {
    for (const key of keysOf(String(data))) keys.press(key);
  };
  terminal.setRawMode(true);
  terminal.on("data", onData);
  terminal.resume();
  return {
    [Symbol.dispose]: () => {
      terminal.off("data", onData);
      terminal.setRawMode?.(false);
      terminal.pause();
    },
  };
}

/** An arrow is three characters, everything else is one. */
function keysOf(text: string): string[] {
  const keys: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = text.startsWith("\u001b[", at) ? 3 : 1;
    keys.push(text.slice(at, at + length));
    at += length;
  }
  return keys;
}
