import { build, quote, tagOf, wireTypeOf } from "./code.ts";
import { isValue, readElement } from "./compile-decoder.ts";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import * as wire from "./wire.ts";

export interface FieldReads {
  /** Fills `values` from the message between `pos` and `end`. */
  walk(values: object, bytes: Uint8Array, view: DataView, pos: number, end: number): void;
  /** The same of a message whose shape is known: the wanted values stand at `places`, counted from `pos`. */
  pick(values: object, bytes: Uint8Array, view: DataView, pos: number, end: number, places: Int32Array): void;
}

export interface WantedField {
  readonly name: string;
  /** From the message to the field, which is the last. */
  readonly steps: readonly FieldDescriptor[];
}

/**
 * Straight code that walks to the wanted fields and steps over everything else. As in decoding, the last value of a field
 * counts, repeated messages are merged, and a member of a oneof that comes later puts the earlier ones back to their defaults.
 */
export function compileFieldReader(descriptor: MessageDescriptor, wanted: readonly WantedField[]): FieldReads {
  const kids: unknown[] = [];
  const kid = (value: unknown): string => `K[${kids.push(value) - 1}]`;
  const functions: string[] = [];
  const slot = (name: string): string => `o[${quote(name)}]`;
  const reset = (fields: readonly WantedField[]): string =>
    fields.map(({ name, steps }) => `${slot(name)}=${constant(steps.at(-1)!.default, kid)};`).join("");

  const walk = (message: MessageDescriptor, depth: number, here: readonly WantedField[]): string => {
    const cases = new Map<number, string>();
    const byField = new Map<FieldDescriptor, WantedField[]>();
    for (const one of here) {
      const field = one.steps[depth]!;
      byField.set(field, [...(byField.get(field) ?? []), one]);
    }
    const strict = message.file.syntax === "proto3";
    for (const [field, under] of byField) {
      const cleared = field.oneof === undefined ? "" : reset(rivals(field, byField));
      const tag = tagOf(field, wireTypeOf(field));
      if (field.message !== undefined) {
        const inner = walk(field.message, depth + 1, under);
        const limits =
          field.type === "group"
            ? `q=R.groupEnd(${field.number},b,p,end,0);n=cursor.pos;`
            : `${readElement(field, strict)}q=p+n;n=q;`;
        cases.set(tag, `${limits}${cleared}${inner}(o,b,v,p,q);p=n;continue;`);
        continue;
      }
      const read = field.type === "bytes" ? BYTES_IN_PLACE : readElement(field, strict);
      const set = `${cleared}${under.map(({ name }) => `${slot(name)}=x;`).join("")}`;
      const known = field.enum?.closed === true ? `if(${isValue(field.enum, kid)}){${set}}` : set;
      cases.set(tag, `${read}${known}continue;`);
    }
    for (const other of message.fields) {
      if (other.oneof === undefined || byField.has(other)) continue;
      const cleared = reset(rivals(other, byField));
      if (cleared !== "") cases.set(tagOf(other, wireTypeOf(other)), `${cleared}break;`);
    }
    const name = `f${functions.length}`;
    functions.push(""); // its place; those inside it come first
    functions[Number(name.slice(1))] = `function ${name}(o,b,v,p,end){
let x,n,q,s,t;
while(p<end){
s=p;t=b[p++];
if(t>127){t=R.tag(b,s,end);p=cursor.pos}
switch(t){
${[...cases].map(([tag, code]) => `case ${tag}:{${code}}`).join("\n")}
}
${STEP_OVER}
}
}`;
    return name;
  };

  const first = walk(descriptor, 0, wanted);
  const picks = wanted.map(({ name, steps }, i) => {
    const field = steps.at(-1)!;
    const read = field.type === "bytes" ? BYTES_IN_PLACE : readElement(field, isStrict(steps, descriptor));
    const otherwise = `${slot(name)}=${constant(field.default, kid)}`;
    return `p=P[${i}];if(p<0)${otherwise};else{p+=s;${read}${slot(name)}=x}`;
  });
  const source = `"use strict";
const cursor=R.cursor;
${functions.join("\n")}
return {
walk(o,b,v,p,end){${reset(wanted)}${first}(o,b,v,p,end)},
pick(o,b,v,s,end,P){let x,n,p;
${picks.join("\n")}
}
}`;
  return build(source, kids) as FieldReads;
}

/** Strings of proto3 must be UTF-8: that of the file which has the message that the field is in. */
function isStrict(steps: readonly FieldDescriptor[], descriptor: MessageDescriptor): boolean {
  return (steps.at(-2)?.message ?? descriptor).file.syntax === "proto3";
}

const BYTES_IN_PLACE =
  "if(p>=end)R.truncated(p,end);n=b[p++];if(n>127||p+n>end){n=R.length(b,p-1,end);p=cursor.pos}x=b.subarray(p,p+n);p+=n;";

/** The frequent cases of `wire.skip`. */
const STEP_OVER = `switch(t&7){
case ${wire.FIXED64}:if(p+8<=end&&t>7){p+=8;continue}break;
case ${wire.FIXED32}:if(p+4<=end&&t>7){p+=4;continue}break;
case ${wire.DELIMITED}:if(p<end&&(n=b[p])<128&&p+1+n<=end&&t>7){p+=1+n;continue}break;
}
if(t<8)R.tag(b,s,end);
p=R.skip(t,b,p,end,0);`;

/** Of the wanted fields those that are in the same oneof as `field`, but are not it. */
function rivals(field: FieldDescriptor, byField: ReadonlyMap<FieldDescriptor, readonly WantedField[]>): WantedField[] {
  return [...byField].flatMap(([other, wanted]) => (other !== field && other.oneof === field.oneof ? wanted : []));
}

function constant(value: unknown, kid: (value: unknown) => string): string {
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0)))
    return String(value);
  return typeof value === "string" ? quote(value) : kid(value);
}
