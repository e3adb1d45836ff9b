import { MalformedError } from "@delos/core";

export interface Token {
  readonly kind: "name" | "number" | "string" | "char" | "symbol" | "end";
  readonly text: string;
  readonly offset: number;
}

const PATTERNS: readonly [Token["kind"] | "skip", RegExp][] = [
  ["skip", /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  // Includes have been resolved by whoever put the files together.
  ["skip", /#[^\n]*/y],
  ["name", /[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*|::[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*/y],
  ["number", /0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdDlLuU]*/y],
  ["string", /L?"(?:\\[\s\S]|[^"\\])*"/y],
  ["char", /L?'(?:\\[\s\S][^']*|[^'\\])'/y],
  // ">>" may end two sequences: the parser puts a shift together.
  ["symbol", /<<|[{}()[\]<>;:,=@+\-*/%|&^~]/y],
];

/** Tokens of OMG IDL 4.2 (§7.2), without comments and preprocessor lines. @throws {MalformedError} `WIRE_SCHEMA` */
export function idlTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  scan: while (offset < text.length) {
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = offset;
      const found = pattern.exec(text)?.[0];
      if (found === undefined) continue;
      if (kind !== "skip") tokens.push({ kind, text: found, offset });
      offset += found.length;
      continue scan;
    }
    throw new MalformedError("WIRE_SCHEMA", `no IDL: ${JSON.stringify(text.slice(offset, offset + 20))}`, offset);
  }
  tokens.push({ kind: "end", text: "the end", offset });
  return tokens;
}

/** The value of a string or character literal. */
export function unquoteIdl(literal: string): string {
  const body = literal.replace(/^L?["']/, "").slice(0, -1);
  return body.replace(/\\(x[\da-fA-F]{1,2}|u[\da-fA-F]{1,4}|[0-7]{1,3}|[\s\S])/g, (_, escape: string) => {
    if (/^[xu]./.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8));
    return { n: "\n", t: "\t", r: "\r", v: "\v", b: "\b", f: "\f", a: "\x07" }[escape] ?? escape;
  });
}
