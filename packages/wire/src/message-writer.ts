import { DelosError } from "@delos/core";
import type { NumericArray } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

type Constructor<A extends NumericArray> = new (count: number) => A;

export const tooLong = (where: string, bound: number): DelosError =>
  new DelosError("WIRE_VALUE", `${where}: longer than ${bound}`, { details: { field: where } });

/**
 * What a generated encoder calls: ROS 1 serialisation. `CdrWriter` adds what CDR does differently.
 * Values that do not fit their type are refused with `WIRE_VALUE`, naming the field.
 */
export class MessageWriter extends ByteWriter {
  unfit(where: string, wanted: string, value: unknown): DelosError {
    const seen =
      value === null || typeof value === "number"
        ? String(value)
        : Array.isArray(value)
          ? "an array"
          : `a ${typeof value}`;
    return new DelosError("WIRE_VALUE", `${where}: ${wanted} expected, not ${seen}`, { details: { field: where } });
  }

  /** `value` as the object that a struct is written from. */
  object(value: unknown, where: string): Record<string, unknown> {
    if (typeof value !== "object" || value === null) throw this.unfit(where, "an object", value);
    return value as Record<string, unknown>;
  }

  /** Writes a sequence's length, or checks an array's, and returns the elements. */
  elements(value: unknown, bound: number, fixed: number, where: string): ArrayLike<unknown> {
    if (typeof value !== "object" || value === null || typeof (value as ArrayLike<unknown>).length !== "number") {
      throw this.unfit(where, "an array", value);
    }
    const { length } = value as ArrayLike<unknown>;
    if (fixed >= 0 ? length !== fixed : length > bound) {
      const wanted = fixed >= 0 ? `${fixed} elements` : `at most ${bound} elements`;
      throw new DelosError("WIRE_VALUE", `${where}: ${wanted} expected, not ${length}`, { details: { field: where } });
    }
    if (fixed < 0) this.uint32(length);
    return value as ArrayLike<unknown>;
  }

  /** Elements that are numbers: a typed array of the right kind goes out in one copy, anything else is converted first. */
  array<A extends NumericArray>(make: Constructor<A>, values: ArrayLike<unknown>, where: string): void {
    if (values instanceof make) this.numbers(values);
    else if (values.length > 0) this.numbers(this.#converted(make, values, where));
  }

  #converted<A extends NumericArray>(make: Constructor<A>, values: ArrayLike<unknown>, where: string): A {
    const converted = new make(values.length);
    const big = converted instanceof BigInt64Array || converted instanceof BigUint64Array;
    const float = converted instanceof Float32Array || converted instanceof Float64Array;
    for (let i = 0; i < values.length; i++) {
      const value = big ? this.big(values[i], where) : float ? this.float(values[i], where) : Number(values[i]);
      converted[i] = value;
      // Fractions are cut off, as C++ does it; what is out of range would come out as something else.
      if (!float && converted[i] !== (big ? value : Math.trunc(value as number))) {
        throw this.unfit(where, "an integer in the range of its type", values[i]);
      }
    }
    return converted;
  }

  /** An integer of up to 32 bits; its fraction is cut off. */
  integer(value: unknown, low: number, high: number, where: string): number {
    const number = typeof value === "number" ? value : Number(value);
    if (number >= low && number < high + 1) return number;
    throw this.unfit(where, `an integer of ${low} to ${high}`, value);
  }

  float(value: unknown, where: string): number {
    if (typeof value === "number") return value;
    const number = Number(value);
    if (Number.isNaN(number) || typeof value === "object") throw this.unfit(where, "a number", value);
    return number;
  }

  truth(value: unknown, where: string): boolean {
    if (typeof value === "boolean") return value;
    if (value === 0 || value === 1) return value === 1;
    throw this.unfit(where, "true or false", value);
  }

  text(value: unknown, bound: number, where: string): string {
    if (typeof value !== "string") throw this.unfit(where, "a string", value);
    if (value.length > bound) throw tooLong(where, bound);
    return value;
  }

  string(value: unknown, bound: number, where: string): void {
    const text = this.text(value, bound, where);
    const at = this.offset;
    this.uint32(0);
    this.patchUint32(at, this.utf8(text));
  }

  char(value: unknown): void {
    this.uint8(typeof value === "number" ? value : String(value).charCodeAt(0));
  }

  wchar(value: unknown): void {
    this.uint16(typeof value === "number" ? value : String(value).charCodeAt(0));
  }

  /** Whatever is given for a 64-bit integer: a bigint, a whole number, or a decimal string. */
  big(value: unknown, where: string): bigint {
    if (typeof value === "bigint") return value;
    try {
      return BigInt(value as number | string);
    } catch {
      throw this.unfit(where, "an integer", value);
    }
  }

  time(value: unknown, where: string): void {
    const { sec = 0, nsec = 0 } = this.object(value, where) as { sec?: number; nsec?: number };
    this.uint32(sec);
    this.uint32(nsec);
  }

  duration(value: unknown, where: string): void {
    this.time(value, where);
  }
}
