/**
 * Turns generated source into what it returns. The only place that does: generated names come out of parsers that admit
 * identifiers only and stand in the source as JSON strings, numbers have been checked to be numbers.
 */
export function runSource(source: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- compiling codecs is this module's purpose
  return (new Function(`"use strict";\n${source}`) as () => unknown)();
}
