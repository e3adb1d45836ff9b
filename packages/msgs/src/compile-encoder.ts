import { build, type Codec, type CodecSource, quote, slots, tagOf, wireTypeOf } from "./code.ts";
import type { FieldDescriptor, MessageDescriptor } from "./descriptor.ts";
import * as wire from "./wire.ts";
import { MAX_DEPTH } from "./wire.ts";

/**
 * The encoder of a message type: every field that is there, checked, in ascending order of the numbers, stored straight into
 * the memory it is given. Compiled code keeps the position in `p` and the end of the room in `end`; what has no room makes it
 * return a negative number (see forward-writes.ts).
 *
 * The length in front of a nested message is known only behind it. As many bytes are left for it as it took the last time at
 * this place; only when that was wrong the content is moved.
 */
export function compileEncoder(descriptor: MessageDescriptor, codecs: CodecSource): Codec["encode"] {
  const code = new EncoderCode(codecs);
  const ascending = [...descriptor.fields].sort((a, b) => a.number - b.number);
  const parts = ascending.map((field) => encodeField(field, descriptor, code));
  const source = `"use strict";
const {UNKNOWN_FIELDS,putVarint,putRecent,putBytes}=R;
${code.names}
return function encode(m,b,v,p,end,depth){
if(depth>${MAX_DEPTH})R.tooDeepValue();
let x,l,i,n,q,s,w;
${parts.join("\n")}
x=m[UNKNOWN_FIELDS];if(x!==undefined)p=R.putRaw(b,p,end,x);
return p;
}`;
  return build(source, code.kids) as Codec["encode"];
}

/** What the parts of one encoder share. */
class EncoderCode {
  readonly kids: unknown[] = [];
  readonly #codecs: CodecSource;
  #places = 0;
  #strings = 0;

  constructor(codecs: CodecSource) {
    this.#codecs = codecs;
  }

  codec(descriptor: MessageDescriptor): string {
    return `k${this.kids.push(this.#codecs.of(descriptor)) - 1}`;
  }

  /** Code for content with its length in front; `content` writes from `p` on. */
  delimited(content: string): string {
    const guess = `g${this.#places++}`;
    // `q`: where the length stands, `s`: the content. (A message inside one of its own type may change the guess meanwhile.)
    return `q=p;p+=${guess};if(p>end)return end-p;s=p;${content}n=p-s;
if(n<128&&s-q===1)b[q]=n;
else if(n>127&&n<16384&&s-q===2){b[q]=n&127|128;b[q+1]=n>>>7}
else{p=R.putLength(b,q,s,p,end);if(p<0)return p;${guess}=R.varintSize(n)}`;
  }

  /** What the string field that stands here held last. */
  recent(): string {
    return `r${this.#strings++}`;
  }

  /** The names that the code above uses. */
  get names(): string {
    const kids = this.kids.map((_, i) => `const k${i}=K[${i}];`);
    const guesses = Array.from({ length: this.#places }, (_, i) => `let g${i}=1;`);
    const recent = Array.from(
      { length: this.#strings },
      (_, i) => `const r${i}={text:"",bytes:undefined,words:undefined};`,
    );
    return [...kids, ...guesses, ...recent].join("");
  }
}

/** `message`: the variable that holds it. `ensured`: there is room for the field, whatever its value. */
function encodeField(
  field: FieldDescriptor,
  descriptor: MessageDescriptor,
  code: EncoderCode,
  message = "m",
  ensured = false,
): string {
  const where = `${descriptor.name}.${field.name}`;
  const { get } = slots(message, field.name);

  if (field.message?.mapEntry === true) {
    const entry = `p=${code.codec(field.message)}.encode({key:e[0],value:e[1]},b,v,p,end,depth+1);if(p<0)return p;`;
    return `x=${get};if(x!=null){if(!(x instanceof Map))R.wrong(${quote(where)},"a Map",x);
for(const e of x){${putTag(field, wire.DELIMITED, 0)}${code.delimited(entry)}}}`;
  }

  if (field.label === "repeated") {
    const isList = `if(typeof l!=="object"||typeof l.length!=="number"${field.type === "bytes" ? "||l instanceof Uint8Array" : ""})R.wrong(${quote(where)},"an array",l);`;
    const loop = (body: string): string => `for(i=0;i<l.length;i++){x=l[i];${body}}`;
    if (!field.packed) return `l=${get};if(l!=null){${isList}${loop(putElement(field, where, code))}}`;
    const put = loop(`${checkOf(field, where)}${putValue(field, code, 0)}`);
    return `l=${get};if(l!=null){${isList}if(l.length>0){${putTag(field, wire.DELIMITED, 0)}${code.delimited(put)}}}`;
  }

  const write = putElement(field, where, code, ensured);
  if (field.label === "required") return `x=${get};if(x==null)R.absent(${quote(where)});${write}`;
  const present = field.presence || field.message !== undefined ? "x!=null" : `x!=null&&${notZero(field)}`;
  // The key of a map entry is always there; its value, too.
  if (descriptor.mapEntry) return `x=${get};if(x!=null){${write}}`;
  return `x=${get};if(${present}){${write}}`;
}

/** Code that checks `x` and writes it behind its tag. */
function putElement(field: FieldDescriptor, where: string, code: EncoderCode, ensured = false): string {
  const leaf = leafBytes(field);
  if (leaf !== undefined) return `${checkOf(field, where)}${putLeaf(field, leaf, code)}`;
  const most = MOST_BYTES[field.type] ?? 0;
  const tag = ensured ? storeTag(tagBytes(field, wireTypeOf(field))) : putTag(field, wireTypeOf(field), most);
  return `${checkOf(field, where)}${tag}${putValue(field, code, most)}`;
}

/** A tag, in front of `more` bytes for which there must be room as well. */
function putTag(field: FieldDescriptor, wireType: number, more: number): string {
  const bytes = tagBytes(field, wireType);
  return `n=p+${bytes.length + more};if(n>end)return end-n;${storeTag(bytes)}`;
}

function tagBytes(field: FieldDescriptor, wireType: number): readonly number[] {
  const bytes: number[] = [];
  let tag = tagOf(field, wireType);
  for (; tag > 0x7f; tag >>>= 7) bytes.push((tag & 0x7f) | 0x80);
  bytes.push(tag);
  return bytes;
}

const storeTag = (bytes: readonly number[]): string => bytes.map((byte) => `b[p++]=${byte};`).join("");

/**
 * The most bytes a nested message can take, where that is known and its length is one byte: a point, a quaternion. Undefined
 * for others. Such messages are written in line, with one look whether there is room.
 */
function leafBytes({ type, message }: FieldDescriptor): number | undefined {
  if (type !== "message" || message!.mapEntry) return undefined;
  let sum = 0;
  for (const field of message!.fields) {
    const most = MOST_BYTES[field.type];
    if (most === undefined || field.label === "repeated") return undefined;
    sum += tagBytes(field, wireTypeOf(field)).length + most;
  }
  return sum < 128 ? sum : undefined;
}

/** Tag, length and fields of the message in `x`. One with fields that nobody knows goes the long way. */
function putLeaf(field: FieldDescriptor, most: number, code: EncoderCode): string {
  const { message } = field;
  const tag = tagBytes(field, wire.DELIMITED);
  const ascending = [...message!.fields].sort((a, b) => a.number - b.number);
  const fields = ascending.map((each) => encodeField(each, message!, code, "w", true)).join("\n");
  return `n=p+${tag.length + 1 + most};if(n>end)return end-n;${storeTag(tag)}w=x;
if(w[UNKNOWN_FIELDS]!==undefined){${putValue(field, code, 0)}}
else{if(depth>${MAX_DEPTH - 1})R.tooDeepValue();
q=p++;${fields}
b[q]=p-q-1}`;
}

/** The most bytes a value of the type takes; what is not here asks for its room itself. */
const MOST_BYTES: Partial<Readonly<Record<FieldDescriptor["type"], number>>> = {
  double: 8,
  float: 4,
  int32: 10,
  enum: 10,
  uint32: 5,
  sint32: 5,
  fixed32: 4,
  sfixed32: 4,
  int64: 10,
  uint64: 10,
  sint64: 10,
  fixed64: 8,
  sfixed64: 8,
  bool: 1,
};

/** Code that writes `x`. `ensured`: bytes there are sure to be; otherwise it looks itself. */
function putValue(field: FieldDescriptor, code: EncoderCode, ensured: number): string {
  const most = MOST_BYTES[field.type] ?? 0;
  const room = ensured >= most ? "" : `n=p+${most};if(n>end)return end-n;`;
  const fixed = (store: string): string => `${room}v.${store};p+=${most};`;
  const varint = (value: string): string => `x=${value};if(x<128)b[p++]=x;else p=putVarint(b,p,x);`;
  switch (field.type) {
    case "double":
      return fixed("setFloat64(p,x,true)");
    case "float":
      return fixed("setFloat32(p,x,true)");
    case "fixed32":
    case "sfixed32":
      return fixed("setInt32(p,x,true)");
    case "fixed64":
    case "sfixed64":
      return fixed("setBigUint64(p,x,true)");
    case "int32":
    case "enum":
      return `${room}if(x>=0&&x<128)b[p++]=x;else p=x<0?R.putNegative(b,p,x):putVarint(b,p,x);`;
    case "uint32":
      return `${room}${varint("x")}`;
    case "sint32":
      return `${room}${varint("((x<<1)^(x>>31))>>>0")}`;
    case "int64":
    case "uint64":
      return `${room}p=R.putVarint64(b,p,x);`;
    case "sint64":
      return `${room}p=R.putVarint64(b,p,x<0n?(-x<<1n)-1n:x<<1n);`;
    case "bool":
      return `${room}b[p++]=x?1:0;`;
    case "string":
      return `p=putRecent(b,v,p,end,x,${code.recent()});if(p<0)return p;`;
    case "bytes":
      return "p=putBytes(b,p,end,x);if(p<0)return p;";
    case "message":
    case "group": {
      const content = `p=${code.codec(field.message!)}.encode(x,b,v,p,end,depth+1);if(p<0)return p;`;
      return field.type === "group" ? `${content}${putTag(field, wire.END_GROUP, 0)}` : code.delimited(content);
    }
  }
}

/** Code that refuses `x` when it is no value of the field. */
function checkOf(field: FieldDescriptor, where: string): string {
  const check = (condition: string, expected: string): string =>
    `if(${condition})R.wrong(${quote(where)},${quote(expected)},x);`;
  switch (field.type) {
    case "double":
    case "float":
      return check('typeof x!=="number"', "a number");
    case "int32":
    case "sint32":
    case "sfixed32":
      return check('typeof x!=="number"||(x|0)!==x', "a 32-bit integer");
    case "enum":
      return check('typeof x!=="number"||(x|0)!==x', `a number of enum ${field.enum!.name}`);
    case "uint32":
    case "fixed32":
      return check('typeof x!=="number"||(x>>>0)!==x', "an unsigned 32-bit integer");
    case "int64":
    case "sint64":
    case "sfixed64":
      return check('typeof x!=="bigint"||x>=R.two63||x< -R.two63', "a 64-bit bigint");
    case "uint64":
    case "fixed64":
      return check('typeof x!=="bigint"||x<0n||x>=R.two64', "an unsigned 64-bit bigint");
    case "bool":
      return check('typeof x!=="boolean"', "a boolean");
    case "string":
      return check('typeof x!=="string"', "a string");
    case "bytes":
      return check("!(x instanceof Uint8Array)", "a Uint8Array");
    case "message":
    case "group":
      return check('typeof x!=="object"||x===null||Array.isArray(x)', `a ${field.message!.name}`);
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
