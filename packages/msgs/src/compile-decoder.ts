import { build, type Codec, type CodecSource, mapFields, quote, slots, tagOf, wireTypeOf } from "./code.ts";
import type { EnumDescriptor, FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import * as wire from "./wire.ts";
import { MAX_DEPTH } from "./wire.ts";

/** The decoder of a message type: one `switch` over tags, in it straight code for every field. */
export function compileDecoder(descriptor: MessageDescriptor, codecs: CodecSource): Codec["decode"] {
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
  codecs: CodecSource,
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

/** Code that reads one element at `p`, leaving it in `x` and `p` behind it. */
export function readElement(field: FieldDescriptor, strict: boolean): string {
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

/** Code that asks whether `x` is a value of the enum: mostly they are numbered without gaps. */
export function isValue(type: EnumDescriptor, kid: (value: unknown) => string): string {
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
