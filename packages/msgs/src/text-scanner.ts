import { MalformedError } from "@delos/core";

export type Token =
  | { readonly kind: "end" | "symbol" | "word" | "number"; readonly text: string; readonly start: number }
  | { readonly kind: "string"; readonly text: string; readonly start: number; readonly bytes: Uint8Array };

const SPACE = /(?:[ \t\r\n\f\v]|#[^\n]*)*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fF]?/y;
const utf8 = new TextEncoder();

/** Words, numbers, strings and symbols of a text, one ahead; errors with the line and column they are about. */
export class TextScanner {
  readonly #text: string;
  #pos = 0;
  #token: Token;

  constructor(text: string) {
    // A byte order mark at the start is an editor's, not ours.
    this.#text = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
    this.#token = this.#scan();
  }

  /** What comes next. */
  get token(): Token {
    return this.#token;
  }

  /** Runs `read`; an error of a value or a name gets the place in the text where it stands. */
  locate<R>(start: number, read: () => R): R {
    try {
      return read();
    } catch (error) {
      if (error instanceof MalformedError || !(error instanceof Error && "code" in error)) throw error;
      throw this.error(String(error.code), error.message, start, error);
    }
  }

  accept(symbol: string): boolean {
    if (this.#token.kind !== "symbol" || this.#token.text !== symbol) return false;
    this.next();
    return true;
  }

  expect(symbol: string): void {
    const token = this.#token;
    if (!this.accept(symbol)) throw this.syntax(`"${symbol}" is expected`, token);
  }

  next(): void {
    this.#token = this.#scan();
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#pos;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#pos += found.length;
    return found;
  }

  #scan(): Token {
    this.#match(SPACE);
    const start = this.#pos;
    const character = this.#text[start];
    if (character === undefined) return { kind: "end", text: "", start };
    if (character === '"' || character === "'") return this.#scanString(character, start);
    const word = this.#match(WORD);
    if (word !== "") return { kind: "word", text: word, start };
    const number = this.#match(NUMBER);
    if (number !== "") {
      if (/[A-Za-z0-9_]/.test(this.#text[this.#pos] ?? ""))
        throw this.error("MSG_TEXT_SYNTAX", `${number}${this.#text[this.#pos]} is no number`, start);
      return { kind: "number", text: number, start };
    }
    if (!"{}<>[]:;,-".includes(character))
      throw this.error("MSG_TEXT_SYNTAX", `${JSON.stringify(character)} has no meaning here`, start);
    this.#pos++;
    return { kind: "symbol", text: character, start };
  }

  #scanString(quote: string, start: number): Token {
    const parts: Uint8Array[] = [];
    let plain = this.#pos + 1;
    for (let at = plain; ; ) {
      const character = this.#text[at];
      if (character === undefined || character === "\n")
        throw this.error("MSG_TEXT_SYNTAX", "this string does not end on its line", start);
      if (character !== quote && character !== "\\") {
        at++;
        continue;
      }
      if (at > plain) parts.push(utf8.encode(this.#text.slice(plain, at)));
      if (character === quote) {
        this.#pos = at + 1;
        return { kind: "string", text: this.#text.slice(start, at + 1), start, bytes: concat(parts) };
      }
      const bytes: number[] = [];
      at = this.#scanEscape(at, bytes);
      parts.push(Uint8Array.from(bytes));
      plain = at;
    }
  }

  /** Reads the escape at `at` into `bytes`; returns the position behind it. */
  #scanEscape(at: number, bytes: number[]): number {
    ESCAPE.lastIndex = at;
    const found = ESCAPE.exec(this.#text);
    if (found === null) throw this.error("MSG_TEXT_SYNTAX", "no such escape", at);
    const [whole, octal, hex, short, long, letter] = found;
    if (octal !== undefined) {
      const value = Number.parseInt(octal, 8);
      if (value > 255) throw this.error("MSG_TEXT_SYNTAX", `\\${octal} is more than a byte`, at);
      bytes.push(value);
    } else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (short !== undefined || long !== undefined) {
      const code = Number.parseInt((short ?? long)!, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        throw this.error("MSG_TEXT_SYNTAX", `${whole} is no Unicode character`, at);
      bytes.push(...utf8.encode(String.fromCodePoint(code)));
    } else bytes.push(LETTERS[letter!]!);
    return at + whole.length;
  }

  syntax(message: string, token: Token): MalformedError {
    const seen = token.kind === "end" ? "the end" : JSON.stringify(token.text.slice(0, 40));
    return this.error("MSG_TEXT_SYNTAX", `${message}, not ${seen}`, token.start);
  }

  error(code: string, message: string, offset: number, cause?: unknown): MalformedError {
    const before = this.#text.slice(0, offset);
    const line = before.split("\n").length;
    const column = offset - before.lastIndexOf("\n");
    return new MalformedError(code, `line ${line}, column ${column}: ${message}`, offset, {
      cause,
      details: { line, column },
    });
  }
}

const ESCAPE = /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv?"'\\]))/y;
const LETTERS: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "?": 63,
  '"': 34,
  "'": 39,
  "\\": 92,
};

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let pos = 0;
  for (const part of parts) {
    whole.set(part, pos);
    pos += part.length;
  }
  return whole;
}
