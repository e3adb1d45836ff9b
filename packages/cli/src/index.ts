export type { Command, CommandContext, ExitStatus } from "./command.ts";
export { NOUNS, type Noun } from "./nouns.ts";
export { runCommand, runProgram, version, type World } from "./program.ts";
