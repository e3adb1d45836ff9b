import process from "node:process";
import { describeError, type Logger, UsageError } from "@delos/core";
import { inProcess, type Transport, type TransportAddress, type TransportFactory } from "@delos/transport";

/**
 * Every way there is, nearest first: by reference within the thread, rings between the threads of the process, the
 * same rings in mapped files between the processes of the host, RTPS to everybody else. Loaded only here, so that who does not ask for the network does not load it.
 */
export async function autoTransports(domain: number = environmentDomain()): Promise<TransportFactory[]> {
  if (!Number.isInteger(domain) || domain < 0 || domain > 232) {
    throw new UsageError(`A domain is a whole number from 0 to 232, not ${domain}`, { details: { domain } });
  }
  const [{ hostMemory, sharedMemory }, { rosReach, rtps }] = await Promise.all([
    import("@delos/transport-shm"),
    import("@delos/transport-rtps"),
  ]);
  const name = String(domain);
  const all = [
    inProcess(),
    sharedMemory({ domain: name }),
    hostMemory({ domain: name }),
    rtps({ domain, ...rosReach(process.env) }),
  ];
  return all.map((factory) => ({ ...factory, optional: true }));
}

/** As ROS 2 and our command line have it. */
const environmentDomain = (): number => Number(process.env["ROS_DOMAIN_ID"] || 0);

/**
 * Opens the transports. What is optional and cannot be opened is told in one line and leaves `addresses`, so that nobody chooses
 * it: the next that reaches as far takes over. Peers that it alone reaches are not heard of. If another cannot be opened, none is.
 */
export async function openAll(
  factories: readonly TransportFactory[],
  addresses: TransportAddress[],
  log: Logger,
  openOne: (factory: TransportFactory) => Promise<Transport>,
): Promise<Transport[]> {
  const transports: Transport[] = [];
  for (const factory of factories) {
    try {
      transports.push(await openOne(factory));
    } catch (error) {
      if (factory.optional !== true) {
        await Promise.allSettled(transports.map((transport) => transport[Symbol.asyncDispose]()));
        throw error;
      }
      const { name, reach } = factory.address;
      const next = factories[factories.indexOf(factory) + 1]?.address.name;
      const instead = next === undefined ? "is not heard" : `is left to ${next}`;
      addresses.splice(addresses.indexOf(factory.address), 1);
      log.warn(
        `the transport ${name} cannot be opened, so what it reaches (${reach}) ${instead}: ${describeError(error)}`,
      );
    }
  }
  return transports;
}
