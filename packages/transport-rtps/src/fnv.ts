/** FNV-1a of `bytes` from `from` up to `to`, 32 bits: for tables of what is compared as a whole where it is found. */
export function fnv1a(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c_9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x0100_0193);
  return hash;
}
