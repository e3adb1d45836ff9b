import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Fifo } from "./fifo.ts";

test("does what an array does, whatever the order of operations", () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant("push" as const), value: fc.integer() }),
    fc.record({ kind: fc.constant("shift" as const) }),
    fc.record({ kind: fc.constant("insert" as const), value: fc.integer(), at: fc.nat(50) }),
    fc.record({ kind: fc.constant("clear" as const) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const fifo = new Fifo<number>();
      let array: number[] = [];
      for (const op of operations) {
        if (op.kind === "push") {
          fifo.push(op.value);
          array.push(op.value);
        } else if (op.kind === "shift") expect(fifo.shift()).toBe(array.shift());
        else if (op.kind === "insert") {
          const at = Math.min(op.at, array.length);
          fifo.insert(at, op.value);
          array.splice(at, 0, op.value);
        } else {
          fifo.clear();
          array = [];
        }
        expect([...fifo]).toEqual(array);
        expect(fifo.length).toBe(array.length);
      }
      expect([fifo.at(-1), fifo.at(array.length), fifo.at(0)]).toEqual([undefined, undefined, array[0]]);
    }),
  );
});
