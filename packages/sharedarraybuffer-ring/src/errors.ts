/** What can go wrong with a ring. Programs switch on the code; the message says what was seen and what to do. */
export type RingErrorCode =
  /** The memory holds no ring: its magic number is missing or was written over. */
  | "RING_NOT_A_RING"
  /** The memory holds a ring of another layout version. */
  | "RING_VERSION"
  /** The memory holds the other kind of ring. */
  | "RING_KIND"
  /** The sizes in the ring's header contradict each other or the memory. */
  | "RING_LAYOUT"
  /** Another writer holds the ring. */
  | "RING_WRITER_TAKEN"
  /** Another writer has taken the ring over from this one. */
  | "RING_WRITER_FENCED"
  /** The message is larger than this ring can ever hold. */
  | "RING_TOO_LARGE"
  /** Every place for readers is taken. */
  | "RING_TOO_MANY_READERS"
  /** What the ring holds does not follow its format: somebody else wrote into the memory. */
  | "RING_CORRUPT"
  /** This reader was taken for dead and removed. */
  | "RING_REAPED"
  /** The reader or writer was closed. */
  | "RING_CLOSED"
  /** An argument does not fit its contract. */
  | "RING_USAGE"
  /** This thread may not block (a browser's main thread): use the asynchronous form. */
  | "RING_CANNOT_BLOCK"
  /** Waiting ended because its `AbortSignal` fired. */
  | "RING_ABORTED";

export class RingError extends Error {
  override readonly name = "RingError";
  readonly code: RingErrorCode;

  constructor(code: RingErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
