import { build, type Codec, type CodecSource, quote, slots, tagOf, wireTypeOf } from "./code.ts";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import * as wire from "./wire.ts";
import { MAX_DEPTH } from "./wire.ts";

/** The encoder of a message type: every field that is there, checked, from the highest number down, since it writes backwards. */
export function compileEncoder(descriptor: MessageDescriptor, codecs: CodecSource): Codec["encode"] {
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

function encodeField(
  field: FieldDescriptor,
  descriptor: MessageDescriptor,
  codecs: CodecSource,
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

/** Code that checks `x` and writes it, before its tag. */
function writeElement(
  field: FieldDescriptor,
  where: string,
  codecs: CodecSource,
  kid: (value: unknown) => string,
): string {
  const check = (condition: string, expected: string): string =>
    `if(${condition})R.wrong(${quote(where)},${quote(expected)},x);`;
  const tag = `w.varint(${tagOf(field, wireTypeOf(field))});`;
  return `${checkAndWrite(field, check, codecs, kid)}${tag}`;
}

function checkAndWrite(
  field: FieldDescriptor,
  check: (condition: string, expected: string) => string,
  codecs: CodecSource,
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
