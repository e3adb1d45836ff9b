/**
 * What a connection may do. A viewer sees everything and moves nothing; an operator also moves the car, publishes, calls
 * services, sets parameters, starts and stops modules.
 */
export type Role = "viewer" | "operator";

/** What is asked for: `lead` is playing, pausing and seeking a recording, which moves nothing but the picture. */
export type Permission = "see" | "lead" | "operate";

/** How somebody came to have the role. */
export type Means =
  /** A connection over loopback whose other end belongs to the user that runs the server (or to root). */
  | "same user"
  /** A connection over loopback of somebody else, or of nobody known. */
  | "loopback"
  /** The cookie of a login. */
  | "session"
  /** A token in the request itself: `Authorization: Bearer` or `?token=`. */
  | "token";

/** Somebody who was let in. */
export interface Visitor {
  readonly role: Role;
  readonly means: Means;
  readonly address: string;
  /** Of a login: its end ends the connection. */
  readonly session?: string | undefined;
}
