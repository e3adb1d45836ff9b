import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { describeError } from "@delos/core";

/** What was chosen on the page, by kind: a vehicle's folder name, a road. */
export type Choices = Readonly<Partial<Record<"vehicle" | "map", string>>>;

/** Choices in a file beside what the drive records: they are the same after a restart. */
export class ChoicesFile {
  readonly #file: string;
  #choices: Choices;
  /** Why the file could not be read, when it is there. */
  readonly problem: string | undefined;

  constructor(file: string) {
    this.#file = file;
    const { choices, problem } = read(file);
    this.#choices = choices;
    this.problem = problem;
  }

  get choices(): Choices {
    return this.#choices;
  }

  /** Written beside and renamed: who pulls the plug finds the old choice or the new one. */
  keep(kind: keyof Choices, choice: string): void {
    this.#choices = { ...this.#choices, [kind]: choice };
    const draft = `${this.#file}.new`;
    writeFileSync(draft, `${JSON.stringify(this.#choices)}\n`);
    renameSync(draft, this.#file);
  }
}

function read(file: string): { readonly choices: Choices; readonly problem: string | undefined } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { choices: {}, problem: absent ? undefined : `${file}: ${describeError(error)}` };
  }
  try {
    const { vehicle, map } = JSON.parse(text) as Partial<Record<string, unknown>>;
    return {
      choices: {
        ...(typeof vehicle === "string" ? { vehicle } : {}),
        ...(typeof map === "string" ? { map } : {}),
      },
      problem: undefined,
    };
  } catch (error) {
    return { choices: {}, problem: `${file}: ${describeError(error)}` };
  }
}
