import { signal } from "@preact/signals";
import { type Answer, type Command, Request } from "../protocol/bridge.ts";

/** One thing that may be asked for: everything of Request but its number. */
export type Asked = Partial<Omit<Request, "id">>;

const nothing = Request.decode(new Uint8Array());
/** The answer of the page itself when there is nobody to ask. */
export const NOT_CONNECTED = "PAGE_NOT_CONNECTED";

/** What was asked for and not answered yet. Every request is answered: by the server, or by the loss of the connection. */
export class Requests {
  /** Names of what is under way: their buttons are busy. */
  readonly pending = signal<ReadonlySet<string>>(new Set());
  readonly #send: (command: Command) => boolean;
  readonly #waiting = new Map<number, { readonly name: string; readonly settle: (answer: Answer) => void }>();
  #number = 0;

  constructor(send: (command: Command) => boolean) {
    this.#send = send;
  }

  /** `name`: of the button, for `pending`. */
  ask(name: string, asked: Asked): Promise<Answer> {
    const id = ++this.#number;
    return new Promise((settle) => {
      this.#waiting.set(id, { name, settle });
      this.#show();
      if (!this.#send({ request: { ...nothing, ...asked, id } }))
        this.answered({ id, code: NOT_CONNECTED, text: "not connected: nothing was sent" });
    });
  }

  answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    this.#show();
    waiting.settle(answer);
  }

  /** The connection is gone: whether it was done nobody knows. */
  lost(): void {
    for (const id of this.#waiting.keys())
      this.answered({ id, code: NOT_CONNECTED, text: "the connection was lost before the answer" });
  }

  #show(): void {
    this.pending.value = new Set([...this.#waiting.values()].map(({ name }) => name));
  }
}
