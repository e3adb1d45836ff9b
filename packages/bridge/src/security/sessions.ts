import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "@delos/core";
import type { Role } from "./role.ts";

/** A day at the wheel; then the token is asked for again. */
const SESSION_MS = 12 * 3_600_000;
const MAX_SESSIONS = 256;

interface Session {
  readonly role: Role;
  readonly endsMs: number;
}

/**
 * Who has logged in. A session is a random number in a cookie; what it may do stands here, so that nothing in the browser can
 * be changed to more. They are kept by digest, which makes looking one up say nothing about the others, and end with the server.
 */
export class Sessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns what goes into the cookie. */
  begin(role: Role): string {
    const secret = randomBytes(32).toString("base64url");
    if (this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!); // the oldest
    this.#sessions.set(idOf(secret), { role, endsMs: this.#clock.monotonicMs() + SESSION_MS });
    return secret;
  }

  /** The session of a cookie; undefined when there is none, or none any more. */
  find(secret: string): { readonly id: string; readonly role: Role } | undefined {
    const id = idOf(secret);
    return this.isOpen(id) ? { id, role: this.#sessions.get(id)!.role } : undefined;
  }

  isOpen(id: string): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined) return false;
    if (this.#clock.monotonicMs() < session.endsMs) return true;
    this.#sessions.delete(id);
    return false;
  }

  end(id: string): void {
    this.#sessions.delete(id);
  }
}

export const SESSION_S: number = SESSION_MS / 1000;

function idOf(secret: string): string {
  return createHash("sha256").update(secret.slice(0, 64)).digest("base64url");
}
