export { messageTypes } from "./builtin.ts";
export { protoDefinition } from "./definition.ts";
export type {
  EnumDescriptor,
  FieldDescriptor,
  FieldType,
  FileDescriptor,
  MessageDescriptor,
  ScalarType,
} from "./descriptor.ts";
export { type Encoded, type FieldAt, type FieldPath, type FieldReader, fieldReader } from "./field-reader.ts";
export { apollo, delos, foxglove, google } from "./generated/index.ts";
export { MessageType, unknownFields } from "./message-type.ts";
export {
  loadDescriptorSet,
  loadProtoDesc,
  protoDescToSet,
  rosMd5,
  rosName,
  SchemaTypes,
  TypeRegistry,
} from "./registry.ts";
