import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { DelosError } from "@delos/core";
import type { Role } from "./role.ts";

/** Shorter ones can be guessed; a generated one has 22 characters, 128 bits. */
export const MIN_TOKEN_LENGTH = 12;
/** What is longer is no token, and not looked at. */
const MAX_TOKEN_LENGTH = 256;

export function newToken(): string {
  return randomBytes(16).toString("base64url");
}

/** The tokens that give a role. Neither is kept: only their digests are. */
export class Tokens {
  readonly #digests: readonly (readonly [Role, Buffer])[];

  /** @throws {DelosError} `BRIDGE_TOKEN_WEAK`: too short, or the same for both roles */
  constructor(tokens: { readonly operator?: string | undefined; readonly viewer?: string | undefined }) {
    const given = (["operator", "viewer"] as const).flatMap((role) => {
      const token = tokens[role];
      return token === undefined ? [] : [[role, token] as const];
    });
    for (const [role, token] of given) {
      if (token.length < MIN_TOKEN_LENGTH || token.length > MAX_TOKEN_LENGTH)
        throw new DelosError(
          "BRIDGE_TOKEN_WEAK",
          `the ${role}'s token has ${token.length} characters: ${MIN_TOKEN_LENGTH} to ${MAX_TOKEN_LENGTH} were expected`,
        );
    }
    if (given.length === 2 && tokens.operator === tokens.viewer)
      throw new DelosError("BRIDGE_TOKEN_WEAK", "the viewer's token is the operator's: every viewer would be one");
    this.#digests = given.map(([role, token]) => [role, digest(token)]);
  }

  get any(): boolean {
    return this.#digests.length > 0;
  }

  /**
   * The role a token gives. Takes the same time whatever is presented: digests of equal length are compared as a whole, with
   * every token there is.
   */
  roleOf(presented: string): Role | undefined {
    const tried = digest(presented.slice(0, MAX_TOKEN_LENGTH + 1));
    let found: Role | undefined;
    for (const [role, wanted] of this.#digests) if (timingSafeEqual(tried, wanted)) found ??= role;
    return found;
  }
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
