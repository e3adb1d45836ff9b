import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Clock } from "@delos/core";

const WORD_BYTES = 16;

/**
 * Whether a packet to the group that is sent through a card comes back on it. Flags and routes tell little: loopback often has no
 * MULTICAST flag and carries it all the same, and a firewall has no flag at all. A port of its own, so nobody else is troubled.
 */
export async function multicastComesBack(
  clock: Clock,
  group: string,
  address: string,
  timeoutMs = 300,
): Promise<boolean> {
  const [receiver, sender] = [createSocket({ type: "udp4", reuseAddr: true }), createSocket("udp4")];
  let alarm: Disposable | undefined;
  try {
    const word = Buffer.from(crypto.getRandomValues(new Uint8Array(WORD_BYTES)));
    const heard = new Promise<boolean>((resolve) => {
      receiver.on("message", (bytes) => {
        if (word.equals(bytes)) resolve(true);
      });
      for (const socket of [receiver, sender]) socket.on("error", () => resolve(false));
      alarm = clock.alarm(clock.monotonicMs() + timeoutMs, () => resolve(false), { background: true });
    });
    receiver.bind(0, "0.0.0.0");
    await once(receiver, "listening");
    receiver.addMembership(group, address);
    sender.bind(0, address);
    await once(sender, "listening");
    sender.setMulticastInterface(address);
    sender.setMulticastLoopback(true);
    sender.send(word, receiver.address().port, group, () => {});
    receiver.unref();
    sender.unref();
    return await heard;
  } catch {
    return false;
  } finally {
    alarm?.[Symbol.dispose]();
    receiver.close();
    sender.close();
  }
}
