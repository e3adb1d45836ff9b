/** Gives the event loop a turn: timers and sockets are served before the promise resolves. */
export const nextTurn: () => Promise<void> =
  typeof setImmediate === "function" ? () => new Promise((resolve) => void setImmediate(resolve)) : postedTurn();

/** Browsers have no `setImmediate`, and their timers wait 4 ms; a posted message comes at once. */
function postedTurn(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let channel: InstanceType<typeof MessageChannel> | undefined;
  return () =>
    new Promise((resolve) => {
      if (channel === undefined) {
        channel = new MessageChannel();
        channel.port1.addEventListener("message", () => waiting.shift()?.());
        channel.port1.start();
      }
      waiting.push(resolve);
      channel.port2.postMessage(0);
    });
}

let held = 0;
let handle: ReturnType<typeof setInterval> | undefined;
/** What those who sleep in this event loop look at. */
const sleepers: Set<() => void> = new Set();

/** An event loop is woken for nothing less often than a blocked thread: a timer's turn there is dearer. */
const LOOK_MS = 250;

/** Keeps the process alive while something waits: a pending `Atomics.waitAsync` alone does not. Dispose to let go. */
export function holdProcess(): Disposable {
  if (held++ === 0) {
    handle = setInterval(() => {
      for (const look of sleepers) look();
    }, LOOK_MS);
  }
  let open = true;
  return {
    [Symbol.dispose]: () => {
      if (!open) return;
      open = false;
      if (--held === 0) clearInterval(handle);
    },
  };
}

/**
 * Has `look` called now and then until it is given to `lookNoMore`, as long as somebody holds the process. One timer for all,
 * that stays: a time-out of its own for each sleep would cost more than the sleep.
 */
export function lookNowAndThen(look: () => void): void {
  sleepers.add(look);
}

export function lookNoMore(look: () => void): void {
  sleepers.delete(look);
}
