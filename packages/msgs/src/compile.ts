import { DelosError } from "@delos/core";
import type { EnumDescriptor, FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import * as wire from "./wire.ts";
import { type BackwardWriter, MAX_DEPTH } from "./wire.ts";

/**
 * A decoder and an encoder for each message type, compiled from its descriptor when it is first used: straight code for
 * every field, which the engine turns into machine code of the same shape. Nothing of a descriptor enters the code but
 * numbers and quoted names, so a hostile descriptor can at worst describe a strange message.
 *
 * Decoded messages are plain objects: a field that was not on the wire is not there.
 */
export interface Codec {
  /** Reads `bytes` from `pos` to exactly `end` into `into`, or into a new object. */
  decode(
    into: object | undefined,
    bytes: Uint8Array,
    view: DataView,
    pos: number,
    end: number,
    depth: number,
  ): Record<string, unknown>;
  encode(message: object, writer: BackwardWriter, depth: number): void;
}

/** Codecs of a set of descriptors, each made when it is first used. */
export class Codecs {
  readonly #codecs = new Map<MessageDescriptor, Codec>();

  of(descriptor: MessageDescriptor): Codec {
    let codec = this.#codecs.get(descriptor);
    if (codec === undefined) {
      codec = lazyCodec(descriptor, this);
      this.#codecs.set(descriptor, codec);
    }
    return codec;
  }
}

function lazyCodec(descriptor: MessageDescriptor, codecs: Codecs): Codec {
  const codec: Codec = {
    decode(...args) {
      codec.decode = compileDecoder(descriptor, codecs);
      return codec.decode(...args);
    },
    encode(...args) {
      codec.encode = compileEncoder(descriptor, codecs);
      codec.encode(...args);
    },
  };
  return codec;
}

/** Names that a plain object answers to although nobody set them. */
const inherited = (name: string): boolean => name in Object.prototype;

const runtime = {
  ...wire,
  own: (message: object, name: string): unknown =>
    Object.hasOwn(message, name) ? (message as Record<string, unknown>)[name] : undefined,
  define(message: object, name: string, value: unknown): void {
    Object.defineProperty(message, name, { value, enumerable: true, configurable: true, writable: true });
  },
  clear(message: object, names: readonly string[]): void {
    for (const name of names) delete (message as Record<string, unknown>)[name];
  },
  missing(message: string, field: string, pos: number): never {
    throw wire.malformed("MSG_REQUIRED_MISSING", `${message}: required field ${field} is not there`, pos);
  },
  absent(where: string): never {
    throw new DelosError("MSG_REQUIRED_MISSING", `required field ${where} is not set`, { details: { field: where } });
  },
  wrong(where: string, expected: string, value: unknown): never {
    throw wrongValue(where, expected, value);
  },
  tooDeepValue(): never {
    throw new DelosError("MSG_TOO_DEEP", `messages nested more than ${MAX_DEPTH} deep, or containing themselves`);
  },
  two63: 1n << 63n,
  two64: 1n << 64n,
};

/** The error for a value that does not fit its field: names the field, what it takes and what it got. */
export function wrongValue(where: string, expected: string, value: unknown): DelosError {
  const got =
    value === null
      ? "null"
      : typeof value === "object"
        ? Array.isArray(value)
          ? "an array"
          : `an object of ${value.constructor?.name ?? "no class"}`
        : typeof value === "string"
          ? `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
          : `the ${typeof value} ${String(value as number | bigint | boolean | symbol | undefined)}`;
  return new DelosError("MSG_WRONG_VALUE", `${where} takes ${expected}, not ${got}`, {
    details: { field: where, expected },
  });
}

const quote = JSON.stringify;

/** Whether the wire form of the element is: one varint, 8 bytes, with a length, a group, 4 bytes. */
function wireTypeOf(field: FieldDescriptor): number {
  switch (field.type) {
    case "double":
    case "fixed64":
    case "sfixed64":
      return wire.FIXED64;
    case "float":
    case "fixed32":
    case "sfixed32":
      return wire.FIXED32;
    case "string":
    case "bytes":
    case "message":
      return wire.DELIMITED;
    case "group":
      return wire.START_GROUP;
    default:
      return wire.VARINT;
  }
}

const tagOf = (field: FieldDescriptor, wireType: number): number => ((field.number << 3) | wireType) >>> 0;

interface Slots {
  readonly get: string;
  set(value: string): string;
}

function slots(message: string, name: string): Slots {
  const place = `${message}[${quote(name)}]`;
  return {
    get: inherited(name) ? `R.own(${message},${quote(name)})` : place,
    set: (value) => (name === "__proto__" ? `R.define(${message},${quote(name)},${value})` : `${place}=${value}`),
  };
}

/** Code that reads one element at `p`, leaving it in `x` and `p` behind it. */
function readElement(field: FieldDescriptor, strict: boolean): string {
  const fixed = (size: number, read: string): string => `if(p+${size}>end)R.truncated(p,end);x=${read};p+=${size};`;
  const varint = (decode: string): string =>
    `if(p>=end)R.truncated(p,end);x=b[p++];if(x>127){x=R.varint32(b,p-1,end);p=cursor.pos}${decode}`;
  const length = `if(p>=end)R.truncated(p,end);n=b[p++];if(n>127||p+n>end){n=R.length(b,p-1,end);p=cursor.pos}`;
  switch (field.type) {
    case "double":
      return fixed(8, "v.getFloat64(p,true)");
    case "float":
      return fixed(4, "v.getFloat32(p,true)");
    case "fixed32":
      return fixed(4, "v.getUint32(p,true)");
    case "sfixed32":
      return fixed(4, "v.getInt32(p,true)");
    case "fixed64":
      return fixed(8, "v.getBigUint64(p,true)");
    case "sfixed64":
      return fixed(8, "v.getBigInt64(p,true)");
    case "uint32":
      return varint("");
    case "int32":
    case "enum":
      return varint("x|=0;");
    case "sint32":
      return varint("x=(x>>>1)^-(x&1);");
    case "bool":
      return "if(p>=end)R.truncated(p,end);x=b[p++];if(x>127){x=R.bool(b,p-1,end);p=cursor.pos}else x=x!==0;";
    case "uint64":
    case "int64":
    case "sint64":
      return `x=R.${field.type}(b,p,end);p=cursor.pos;`;
    case "string":
      return `${length}x=R.text(b,p,p+n,${strict});p+=n;`;
    case "bytes":
      return `${length}x=b.slice(p,p+n);p+=n;`;
    case "message":
      return length;
    case "group":
      return "";
  }
}

function compileDecoder(descriptor: MessageDescriptor, codecs: Codecs): Codec["decode"] {
  const strict = descriptor.file.syntax === "proto3";
  const kids: unknown[] = [];
  const kid = (value: unknown): string => `K[${kids.push(value) - 1}]`;
  const cases = descriptor.fields.map((field) => decodeField(field, descriptor, strict, codecs, kid));
  const required = descriptor.fields
    .filter((field) => field.label === "required")
    .map((field) => {
      const { get } = slots("m", field.name);
      return `if(${get}===undefined)R.missing(${quote(descriptor.name)},${quote(field.name)},p);`;
    });
  const source = `"use strict";
const cursor=R.cursor;
function C(){}
C.prototype=Object.prototype;
return function decode(m,b,v,p,end,depth){
if(depth>${MAX_DEPTH})R.tooDeep(p);
if(m===undefined)m=new C();
let x,n,s,t,stop;
while(p<end){
s=p;t=b[p++];
if(t>127){if(p<end&&(x=b[p])<128&&x>0){t=t&127|x<<7;p++}else{t=R.tag(b,s,end);p=cursor.pos}}
switch(t){
${cases.join("\n")}
}
p=R.unknownField(m,t,b,s,p,end,depth);
}
${required.join("\n")}
return m;
}`;
  return build(source, kids) as Codec["decode"];
}

function decodeField(
  field: FieldDescriptor,
  descriptor: MessageDescriptor,
  strict: boolean,
  codecs: Codecs,
  kid: (value: unknown) => string,
): string {
  const slot = slots("m", field.name);
  const read = readElement(field, strict);
  const closed = field.enum?.closed === true ? isValue(field.enum, kid) : undefined;
  const list = `(${slot.get}===undefined?(${slot.set("[]")},${slot.get}):${slot.get})`;

  if (field.message?.mapEntry === true) {
    const entry = kid(codecs.of(field.message));
    const [key, value] = mapFields(field.message);
    const none =
      value.message === undefined
        ? kid(value.default)
        : `${kid(codecs.of(value.message))}.decode(undefined,b,v,p,p,depth+2)`;
    return `case ${tagOf(field, wire.DELIMITED)}:{
${read}x=${entry}.decode(undefined,b,v,p,p+n,depth+1);
if(x[R.UNKNOWN_FIELDS]!==undefined&&${value.enum?.closed === true}){R.keepUnknown(m,b,s,p+n);p+=n;continue}
let e=${slot.get};if(e===undefined){e=new Map();${slot.set("e")}}
e.set(x.key===undefined?${kid(key.default)}:x.key,x.value===undefined?${none}:x.value);
p+=n;continue;}`;
  }

  if (field.message !== undefined) {
    const codec = kid(codecs.of(field.message));
    const before =
      field.type === "group"
        ? `stop=R.groupEnd(${field.number},b,p,end,depth+1);n=cursor.pos;`
        : `${read}stop=p+n;n=stop;`;
    const into = field.label === "repeated" ? "undefined" : slot.get;
    const decoded = `${codec}.decode(${into},b,v,p,stop,depth+1)`;
    return `case ${tagOf(field, wireTypeOf(field))}:{
${before}${clearOneof(field, descriptor, kid)}
${field.label === "repeated" ? `${list}.push(${decoded})` : slot.set(decoded)};
p=n;continue;}`;
  }

  const known = (then: string, position: string): string =>
    closed === undefined ? then : `if(${closed}){${then}}else R.unknownEnum(m,${field.number},b,${position},p);`;

  if (field.label !== "repeated") {
    const position = closed === undefined ? "" : "stop=p;";
    return `case ${tagOf(field, wireTypeOf(field))}:{
${position}${read}${known(`${clearOneof(field, descriptor, kid)}${slot.set("x")};`, "stop")}
continue;}`;
  }

  const single = `case ${tagOf(field, wireTypeOf(field))}:{
${closed === undefined ? "" : "stop=p;"}${read}${known(`${list}.push(x);`, "stop")}
continue;}`;
  if (wireTypeOf(field) === wire.DELIMITED) return single;
  return `${single}
case ${tagOf(field, wire.DELIMITED)}:{
if(p>=end)R.truncated(p,end);n=b[p++];if(n>127||p+n>end){n=R.length(b,p-1,end);p=cursor.pos}
const outer=end;end=p+n;${closed === undefined ? `const l=${list};` : ""}
while(p<end){${closed === undefined ? "" : "stop=p;"}${read}${known(closed === undefined ? "l.push(x);" : `${list}.push(x);`, "stop")}}
end=outer;continue;}`;
}

/** Code that asks whether `x` is a value of the enum: mostly they are numbered without gaps. */
function isValue(type: EnumDescriptor, kid: (value: unknown) => string): string {
  const numbers = new Set(type.values.map((value) => value.number));
  let [min, max] = [Infinity, -Infinity];
  for (const number of numbers) [min, max] = [Math.min(min, number), Math.max(max, number)];
  return max - min + 1 === numbers.size ? `x>=${min}&&x<=${max}` : `${kid(numbers)}.has(x)`;
}

/** At most one field of a oneof is set: the last one that arrived. */
function clearOneof(field: FieldDescriptor, descriptor: MessageDescriptor, kid: (value: unknown) => string): string {
  if (field.oneof === undefined) return "";
  const others = descriptor.fields.filter((other) => other.oneof === field.oneof && other !== field);
  if (others.length === 0) return "";
  const set = others.map((other) => `${slots("m", other.name).get}!==undefined`).join("||");
  return `if(${set})R.clear(m,${kid(others.map((other) => other.name))});`;
}

export function mapFields(entry: MessageDescriptor): readonly [key: FieldDescriptor, value: FieldDescriptor] {
  const key = entry.fields.find((field) => field.number === 1);
  const value = entry.fields.find((field) => field.number === 2);
  if (key === undefined || value === undefined)
    throw new DelosError("MSG_BAD_DESCRIPTOR", `${entry.name} is no map entry: key or value is missing`);
  return [key, value];
}

/** Code that checks `x` and writes it, before its tag. */
function writeElement(field: FieldDescriptor, where: string, codecs: Codecs, kid: (value: unknown) => string): string {
  const check = (condition: string, expected: string): string =>
    `if(${condition})R.wrong(${quote(where)},${quote(expected)},x);`;
  const tag = `w.varint(${tagOf(field, wireTypeOf(field))});`;
  return `${checkAndWrite(field, check, codecs, kid)}${tag}`;
}

function checkAndWrite(
  field: FieldDescriptor,
  check: (condition: string, expected: string) => string,
  codecs: Codecs,
  kid: (value: unknown) => string,
): string {
  const signed32 = check('typeof x!=="number"||(x|0)!==x', "a 32-bit integer");
  const unsigned32 = check('typeof x!=="number"||(x>>>0)!==x', "an unsigned 32-bit integer");
  const signed64 = check('typeof x!=="bigint"||x>=R.two63||x< -R.two63', "a 64-bit bigint");
  const unsigned64 = check('typeof x!=="bigint"||x<0n||x>=R.two64', "an unsigned 64-bit bigint");
  const number = check('typeof x!=="number"', "a number");
  switch (field.type) {
    case "double":
    case "float":
      return `${number}w.${field.type}(x);`;
    case "int32":
      return `${signed32}w.int32(x);`;
    case "enum":
      return `${check('typeof x!=="number"||(x|0)!==x', `a number of enum ${field.enum!.name}`)}w.int32(x);`;
    case "uint32":
      return `${unsigned32}w.varint(x);`;
    case "sint32":
      return `${signed32}w.varint(((x<<1)^(x>>31))>>>0);`;
    case "fixed32":
      return `${unsigned32}w.fixed32(x);`;
    case "sfixed32":
      return `${signed32}w.fixed32(x);`;
    case "int64":
      return `${signed64}w.varint64(x);`;
    case "uint64":
      return `${unsigned64}w.varint64(x);`;
    case "sint64":
      return `${signed64}w.varint64(x<0n?(-x<<1n)-1n:x<<1n);`;
    case "fixed64":
      return `${unsigned64}w.fixed64(x);`;
    case "sfixed64":
      return `${signed64}w.fixed64(x);`;
    case "bool":
      return `${check('typeof x!=="boolean"', "a boolean")}w.byte(x?1:0);`;
    case "string":
      return `${check('typeof x!=="string"', "a string")}w.string(x);`;
    case "bytes":
      return `${check("!(x instanceof Uint8Array)", "a Uint8Array")}w.raw(x);w.varint(x.length);`;
    case "message":
    case "group": {
      const object = check('typeof x!=="object"||x===null||Array.isArray(x)', `a ${field.message!.name}`);
      const codec = kid(codecs.of(field.message!));
      return field.type === "group"
        ? `${object}w.varint(${tagOf(field, wire.END_GROUP)});${codec}.encode(x,w,depth+1);`
        : `${object}u=w.used;${codec}.encode(x,w,depth+1);w.varint(w.used-u);`;
    }
  }
}

function compileEncoder(descriptor: MessageDescriptor, codecs: Codecs): Codec["encode"] {
  const kids: unknown[] = [];
  const kid = (value: unknown): string => `K[${kids.push(value) - 1}]`;
  const descending = [...descriptor.fields].sort((a, b) => b.number - a.number);
  const parts = descending.map((field) => encodeField(field, descriptor, codecs, kid));
  const source = `"use strict";
return function encode(m,w,depth){
if(depth>${MAX_DEPTH})R.tooDeepValue();
let x,l,i,u;
x=m[R.UNKNOWN_FIELDS];if(x!==undefined)w.raw(x);
${parts.join("\n")}
}`;
  return build(source, kids) as Codec["encode"];
}

function build(source: string, kids: readonly unknown[]): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the point of a compiler; what it compiles is made above
  const factory = new Function("R", "K", source) as (runtime: object, kids: readonly unknown[]) => unknown;
  return factory(runtime, kids);
}

function encodeField(
  field: FieldDescriptor,
  descriptor: MessageDescriptor,
  codecs: Codecs,
  kid: (value: unknown) => string,
): string {
  const where = `${descriptor.name}.${field.name}`;
  const { get } = slots("m", field.name);

  if (field.message?.mapEntry === true) {
    const codec = kid(codecs.of(field.message));
    return `x=${get};if(x!=null){if(!(x instanceof Map))R.wrong(${quote(where)},"a Map",x);
l=[...x];for(i=l.length-1;i>=0;i--){u=w.used;${codec}.encode({key:l[i][0],value:l[i][1]},w,depth+1);w.varint(w.used-u);w.varint(${tagOf(field, wire.DELIMITED)});}}`;
  }

  if (field.label === "repeated") {
    const isList = `if(typeof l!=="object"||typeof l.length!=="number"${field.type === "bytes" ? "||l instanceof Uint8Array" : ""})R.wrong(${quote(where)},"an array",l);`;
    const loop = (body: string): string => `for(i=l.length-1;i>=0;i--){x=l[i];${body}}`;
    if (!field.packed) return `l=${get};if(l!=null){${isList}${loop(writeElement(field, where, codecs, kid))}}`;
    const check = (condition: string, expected: string): string =>
      `if(${condition})R.wrong(${quote(where)},${quote(expected)},x);`;
    return `l=${get};if(l!=null){${isList}if(l.length>0){u=w.used;${loop(checkAndWrite(field, check, codecs, kid))}w.varint(w.used-u);w.varint(${tagOf(field, wire.DELIMITED)});}}`;
  }

  const write = writeElement(field, where, codecs, kid);
  if (field.label === "required") return `x=${get};if(x==null)R.absent(${quote(where)});${write}`;
  const present = field.presence || field.message !== undefined ? "x!=null" : `x!=null&&${notZero(field)}`;
  // The key of a map entry is always there; its value, too.
  if (descriptor.mapEntry) return `x=${get};if(x!=null){${write}}`;
  return `x=${get};if(${present}){${write}}`;
}

/** In proto3 a field without presence is written when it is not zero; −0 is not zero. */
function notZero(field: FieldDescriptor): string {
  switch (field.type) {
    case "double":
    case "float":
      return "!Object.is(x,0)";
    case "string":
      return 'x!==""';
    case "bytes":
      return "x.length!==0";
    case "bool":
      return "x!==false";
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return "x!==0n";
    default:
      return "x!==0";
  }
}
