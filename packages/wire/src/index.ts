export { ByteReader, type ByteReaderOptions, type NumericArray } from "./byte-reader.ts";
export { ByteWriter, type ByteWriterOptions } from "./byte-writer.ts";
export { CdrReader, type XcdrVersion } from "./cdr-reader.ts";
export { CdrWriter } from "./cdr-writer.ts";
export {
  type CdrOptions,
  cdrCodec,
  codecFor,
  type DynamicCodec,
  idlSchema,
  jsonCodec,
  type MessageValue,
  ros1Codec,
  ros1Schema,
  ros2Schema,
} from "./codec.ts";
export { type Encapsulation, encapsulationWord, readEncapsulation } from "./encapsulation.ts";
export { parseIdl } from "./idl.ts";
export { type KeyExtractor, keyOf } from "./key.ts";
export { md5, md5Hex } from "./md5.ts";
export {
  type RosActionText,
  type RosActionTypes,
  type RosExchange,
  rosActionTypes,
  wellKnownRosAction,
} from "./ros-action.ts";
export { parseRos1, parseRos2, ros1Md5 } from "./ros-schema.ts";
export { shortRosName } from "./ros-text.ts";
export { rosTypeDescription } from "./ros-type-description.ts";
export type {
  ArrayType,
  BitmaskType,
  Constant,
  EnumType,
  Extensibility,
  Field,
  FieldType,
  PrimitiveName,
  PrimitiveType,
  SequenceType,
  StringType,
  StructType,
  TimeType,
  UnionType,
} from "./type-tree.ts";
export { wellKnownRosText, wellKnownRosTypes } from "./well-known.ts";
export type { WideStrings } from "./wide-strings.ts";
export { xcdrVersionOfSchema } from "./xcdr-version.ts";
