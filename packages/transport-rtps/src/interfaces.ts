import { networkInterfaces } from "node:os";

/** An IPv4 address of this host. */
export interface HostAddress {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly loopback: boolean;
}

/** Names of cards that only exist inside this host: container bridges, virtual machines, tunnels. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|cali|lxc|lxd|podman|tun|tap|wg|zt|ifb|dummy)/;

export function hostAddresses(): HostAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family }) => family === "IPv4")
      .map(({ address, netmask, internal }) => ({ name, address, netmask, loopback: internal })),
  );
}

/**
 * The addresses to use: those named (a card's name or an address), or all of real cards and loopback.
 * Loopback stands last: it is announced only when there is nothing else, or when it is asked for.
 */
export function chooseAddresses(
  wanted: readonly string[],
  all: readonly HostAddress[] = hostAddresses(),
): HostAddress[] {
  const chosen =
    wanted.length > 0
      ? all.filter(({ name, address }) => wanted.includes(name) || wanted.includes(address))
      : all.filter(({ name }) => !VIRTUAL.test(name));
  return [...chosen].sort((a, b) => Number(a.loopback) - Number(b.loopback));
}

const numberOf = (address: string): number =>
  address.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0) >>> 0;

/**
 * The cards that a sender is behind: the one that has its address itself (another program of this host), those whose subnet it is
 * in; all when it came through a router.
 */
export function cardsBehind(address: string, own: readonly HostAddress[]): readonly HostAddress[] {
  const itself = own.filter((card) => card.address === address);
  if (itself.length > 0) return itself;
  const near = own.filter((card) => isNearby(address, [card]));
  return near.length > 0 ? near : own;
}

/** Whether `address` is in the subnet of one of `own`. */
export function isNearby(address: string, own: readonly HostAddress[]): boolean {
  const target = numberOf(address);
  return own.some(({ address: ours, netmask }) => {
    const mask = numberOf(netmask);
    return ((target & mask) | 0) === ((numberOf(ours) & mask) | 0);
  });
}
