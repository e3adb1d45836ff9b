/** One 64-bit integer as bigint and as two 32-bit halves: the quickest way from one to the other. */
export const scratch64 = new BigUint64Array(1);
export const scratch64Signed = new BigInt64Array(scratch64.buffer);
export const scratch32 = new Uint32Array(scratch64.buffer);

export const littleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
/** Index of the low half in `scratch32`. */
export const LOW = littleEndian ? 0 : 1;
export const HIGH = 1 - LOW;
