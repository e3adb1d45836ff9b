import { DelosError } from "@delos/core";
import type { TransportFactory } from "@delos/transport";
import { SharedMemoryTransport } from "../shared-memory.ts";
import { HostBus } from "./host-bus.ts";
import { busFolder, hostFingerprint } from "./place.ts";

export interface HostMemoryOptions {
  /** Separates buses on one host: 1 to 32 letters, digits, `_` and `.`. Default "0". */
  readonly domain?: string;
}

/**
 * Samples through the same rings as between threads, in files that the processes of this host map. Linux with /dev/shm, and the
 * optional package koffi; elsewhere opening fails with a code that begins with `SHM_`, and RTPS carries what this would.
 *
 * @throws {UsageError} for a domain that cannot be part of a file's name
 */
export function hostMemory(options: HostMemoryOptions = {}): TransportFactory {
  const { domain = "0" } = options;
  busFolder(domain);
  const fingerprint = hostFingerprint();
  return {
    // Two containers may have the same host name and the same process ids, and yet not the same /dev/shm.
    address: { name: "shm-host", reach: "host", domain: `${domain}@${fingerprint ?? "nowhere"}` },
    open: async (context) => {
      if (fingerprint === undefined)
        throw new DelosError("SHM_FOLDER", "there is no /dev/shm, or no /proc, to share by");
      const transport: SharedMemoryTransport = new SharedMemoryTransport("shm-host", context);
      const bus = await HostBus.open({
        domain,
        self: context.participant,
        clock: context.clock,
        log: context.log,
        onMessage: (message) => transport.receive(message),
        onDeath: () => transport.reap(),
      });
      return transport.join(bus);
    },
  };
}
