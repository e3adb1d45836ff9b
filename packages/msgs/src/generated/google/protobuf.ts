// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $google_protobuf from "./protobuf.ts";

export interface Timestamp {
  /** since the Unix epoch, UTC, without leap seconds */
  readonly seconds?: bigint | undefined;
  /** 0 to 999 999 999, counting forward also before the epoch */
  readonly nanos?: number | undefined;
}
export const Timestamp: MessageType<Timestamp> = $message<Timestamp>("google.protobuf.Timestamp");

export interface Duration {
  readonly seconds?: bigint | undefined;
  /** same sign as `seconds`, less than a second */
  readonly nanos?: number | undefined;
}
export const Duration: MessageType<Duration> = $message<Duration>("google.protobuf.Duration");

export interface Any {
  /** ends in "/" and the full name of the type */
  readonly type_url?: string | undefined;
  /** the message, encoded */
  readonly value?: Uint8Array | undefined;
}
export const Any: MessageType<Any> = $message<Any>("google.protobuf.Any");

export interface FileDescriptorSet {
  readonly file?: readonly $google_protobuf.FileDescriptorProto[] | undefined;
}
export const FileDescriptorSet: MessageType<FileDescriptorSet> = $message<FileDescriptorSet>("google.protobuf.FileDescriptorSet");

export interface FileDescriptorProto {
  readonly name?: string | undefined;
  readonly package?: string | undefined;
  readonly dependency?: readonly string[] | undefined;
  readonly public_dependency?: readonly number[] | undefined;
  readonly weak_dependency?: readonly number[] | undefined;
  readonly message_type?: readonly $google_protobuf.DescriptorProto[] | undefined;
  readonly enum_type?: readonly $google_protobuf.EnumDescriptorProto[] | undefined;
  readonly service?: readonly $google_protobuf.ServiceDescriptorProto[] | undefined;
  readonly extension?: readonly $google_protobuf.FieldDescriptorProto[] | undefined;
  readonly options?: $google_protobuf.FileOptions | undefined;
  readonly source_code_info?: $google_protobuf.SourceCodeInfo | undefined;
  readonly syntax?: string | undefined;
}
export const FileDescriptorProto: MessageType<FileDescriptorProto> = $message<FileDescriptorProto>("google.protobuf.FileDescriptorProto");

export interface DescriptorProto {
  readonly name?: string | undefined;
  readonly field?: readonly $google_protobuf.FieldDescriptorProto[] | undefined;
  readonly extension?: readonly $google_protobuf.FieldDescriptorProto[] | undefined;
  readonly nested_type?: readonly $google_protobuf.DescriptorProto[] | undefined;
  readonly enum_type?: readonly $google_protobuf.EnumDescriptorProto[] | undefined;
  readonly extension_range?: readonly $google_protobuf.DescriptorProto.ExtensionRange[] | undefined;
  readonly oneof_decl?: readonly $google_protobuf.OneofDescriptorProto[] | undefined;
  readonly options?: $google_protobuf.MessageOptions | undefined;
  readonly reserved_range?: readonly $google_protobuf.DescriptorProto.ReservedRange[] | undefined;
  readonly reserved_name?: readonly string[] | undefined;
}
export declare namespace DescriptorProto {
  interface ExtensionRange {
    readonly start?: number | undefined;
    readonly end?: number | undefined;
    readonly options?: $google_protobuf.ExtensionRangeOptions | undefined;
  }
  interface ReservedRange {
    readonly start?: number | undefined;
    readonly end?: number | undefined;
  }
}
export const DescriptorProto = $nested($message<DescriptorProto>("google.protobuf.DescriptorProto"), {
  ExtensionRange: $message<DescriptorProto.ExtensionRange>("google.protobuf.DescriptorProto.ExtensionRange"),
  ReservedRange: $message<DescriptorProto.ReservedRange>("google.protobuf.DescriptorProto.ReservedRange"),
});

export interface ExtensionRangeOptions {
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const ExtensionRangeOptions: MessageType<ExtensionRangeOptions> = $message<ExtensionRangeOptions>("google.protobuf.ExtensionRangeOptions");

export interface FieldDescriptorProto {
  readonly name?: string | undefined;
  readonly number?: number | undefined;
  readonly label?: $google_protobuf.FieldDescriptorProto.Label | undefined;
  readonly type?: $google_protobuf.FieldDescriptorProto.Type | undefined;
  readonly type_name?: string | undefined;
  readonly extendee?: string | undefined;
  readonly default_value?: string | undefined;
  readonly oneof_index?: number | undefined;
  readonly json_name?: string | undefined;
  readonly options?: $google_protobuf.FieldOptions | undefined;
  readonly proto3_optional?: boolean | undefined;
}
export declare namespace FieldDescriptorProto {
  type Type = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18;
  type Label = 1 | 2 | 3;
}
export const FieldDescriptorProto = $nested($message<FieldDescriptorProto>("google.protobuf.FieldDescriptorProto"), {
  Type: {
    TYPE_DOUBLE: 1,
    TYPE_FLOAT: 2,
    TYPE_INT64: 3,
    TYPE_UINT64: 4,
    TYPE_INT32: 5,
    TYPE_FIXED64: 6,
    TYPE_FIXED32: 7,
    TYPE_BOOL: 8,
    TYPE_STRING: 9,
    TYPE_GROUP: 10,
    TYPE_MESSAGE: 11,
    TYPE_BYTES: 12,
    TYPE_UINT32: 13,
    TYPE_ENUM: 14,
    TYPE_SFIXED32: 15,
    TYPE_SFIXED64: 16,
    TYPE_SINT32: 17,
    TYPE_SINT64: 18,
  },
  Label: {
    LABEL_OPTIONAL: 1,
    LABEL_REQUIRED: 2,
    LABEL_REPEATED: 3,
  },
});

export interface OneofDescriptorProto {
  readonly name?: string | undefined;
  readonly options?: $google_protobuf.OneofOptions | undefined;
}
export const OneofDescriptorProto: MessageType<OneofDescriptorProto> = $message<OneofDescriptorProto>("google.protobuf.OneofDescriptorProto");

export interface EnumDescriptorProto {
  readonly name?: string | undefined;
  readonly value?: readonly $google_protobuf.EnumValueDescriptorProto[] | undefined;
  readonly options?: $google_protobuf.EnumOptions | undefined;
  readonly reserved_range?: readonly $google_protobuf.EnumDescriptorProto.EnumReservedRange[] | undefined;
  readonly reserved_name?: readonly string[] | undefined;
}
export declare namespace EnumDescriptorProto {
  interface EnumReservedRange {
    readonly start?: number | undefined;
    readonly end?: number | undefined;
  }
}
export const EnumDescriptorProto = $nested($message<EnumDescriptorProto>("google.protobuf.EnumDescriptorProto"), {
  EnumReservedRange: $message<EnumDescriptorProto.EnumReservedRange>("google.protobuf.EnumDescriptorProto.EnumReservedRange"),
});

export interface EnumValueDescriptorProto {
  readonly name?: string | undefined;
  readonly number?: number | undefined;
  readonly options?: $google_protobuf.EnumValueOptions | undefined;
}
export const EnumValueDescriptorProto: MessageType<EnumValueDescriptorProto> = $message<EnumValueDescriptorProto>("google.protobuf.EnumValueDescriptorProto");

export interface ServiceDescriptorProto {
  readonly name?: string | undefined;
  readonly method?: readonly $google_protobuf.MethodDescriptorProto[] | undefined;
  readonly options?: $google_protobuf.ServiceOptions | undefined;
}
export const ServiceDescriptorProto: MessageType<ServiceDescriptorProto> = $message<ServiceDescriptorProto>("google.protobuf.ServiceDescriptorProto");

export interface MethodDescriptorProto {
  readonly name?: string | undefined;
  readonly input_type?: string | undefined;
  readonly output_type?: string | undefined;
  readonly options?: $google_protobuf.MethodOptions | undefined;
  readonly client_streaming?: boolean | undefined;
  readonly server_streaming?: boolean | undefined;
}
export const MethodDescriptorProto: MessageType<MethodDescriptorProto> = $message<MethodDescriptorProto>("google.protobuf.MethodDescriptorProto");

export interface FileOptions {
  readonly java_package?: string | undefined;
  readonly java_outer_classname?: string | undefined;
  readonly java_multiple_files?: boolean | undefined;
  /** @deprecated */
  readonly java_generate_equals_and_hash?: boolean | undefined;
  readonly java_string_check_utf8?: boolean | undefined;
  readonly optimize_for?: $google_protobuf.FileOptions.OptimizeMode | undefined;
  readonly go_package?: string | undefined;
  readonly cc_generic_services?: boolean | undefined;
  readonly java_generic_services?: boolean | undefined;
  readonly py_generic_services?: boolean | undefined;
  readonly php_generic_services?: boolean | undefined;
  readonly deprecated?: boolean | undefined;
  readonly cc_enable_arenas?: boolean | undefined;
  readonly objc_class_prefix?: string | undefined;
  readonly csharp_namespace?: string | undefined;
  readonly swift_prefix?: string | undefined;
  readonly php_class_prefix?: string | undefined;
  readonly php_namespace?: string | undefined;
  readonly php_metadata_namespace?: string | undefined;
  readonly ruby_package?: string | undefined;
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export declare namespace FileOptions {
  type OptimizeMode = 1 | 2 | 3;
}
export const FileOptions = $nested($message<FileOptions>("google.protobuf.FileOptions"), {
  OptimizeMode: {
    SPEED: 1,
    CODE_SIZE: 2,
    LITE_RUNTIME: 3,
  },
});

export interface MessageOptions {
  readonly message_set_wire_format?: boolean | undefined;
  readonly no_standard_descriptor_accessor?: boolean | undefined;
  readonly deprecated?: boolean | undefined;
  readonly map_entry?: boolean | undefined;
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const MessageOptions: MessageType<MessageOptions> = $message<MessageOptions>("google.protobuf.MessageOptions");

export interface FieldOptions {
  readonly ctype?: $google_protobuf.FieldOptions.CType | undefined;
  readonly packed?: boolean | undefined;
  readonly jstype?: $google_protobuf.FieldOptions.JSType | undefined;
  readonly lazy?: boolean | undefined;
  readonly unverified_lazy?: boolean | undefined;
  readonly deprecated?: boolean | undefined;
  readonly weak?: boolean | undefined;
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export declare namespace FieldOptions {
  type CType = 0 | 1 | 2;
  type JSType = 0 | 1 | 2;
}
export const FieldOptions = $nested($message<FieldOptions>("google.protobuf.FieldOptions"), {
  CType: {
    STRING: 0,
    CORD: 1,
    STRING_PIECE: 2,
  },
  JSType: {
    JS_NORMAL: 0,
    JS_STRING: 1,
    JS_NUMBER: 2,
  },
});

export interface OneofOptions {
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const OneofOptions: MessageType<OneofOptions> = $message<OneofOptions>("google.protobuf.OneofOptions");

export interface EnumOptions {
  readonly allow_alias?: boolean | undefined;
  readonly deprecated?: boolean | undefined;
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const EnumOptions: MessageType<EnumOptions> = $message<EnumOptions>("google.protobuf.EnumOptions");

export interface EnumValueOptions {
  readonly deprecated?: boolean | undefined;
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const EnumValueOptions: MessageType<EnumValueOptions> = $message<EnumValueOptions>("google.protobuf.EnumValueOptions");

export interface ServiceOptions {
  readonly deprecated?: boolean | undefined;
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const ServiceOptions: MessageType<ServiceOptions> = $message<ServiceOptions>("google.protobuf.ServiceOptions");

export interface MethodOptions {
  readonly deprecated?: boolean | undefined;
  readonly idempotency_level?: $google_protobuf.MethodOptions.IdempotencyLevel | undefined;
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export declare namespace MethodOptions {
  type IdempotencyLevel = 0 | 1 | 2;
}
export const MethodOptions = $nested($message<MethodOptions>("google.protobuf.MethodOptions"), {
  IdempotencyLevel: {
    IDEMPOTENCY_UNKNOWN: 0,
    NO_SIDE_EFFECTS: 1,
    IDEMPOTENT: 2,
  },
});

export interface UninterpretedOption {
  readonly name?: readonly $google_protobuf.UninterpretedOption.NamePart[] | undefined;
  readonly identifier_value?: string | undefined;
  readonly positive_int_value?: bigint | undefined;
  readonly negative_int_value?: bigint | undefined;
  readonly double_value?: number | undefined;
  readonly string_value?: Uint8Array | undefined;
  readonly aggregate_value?: string | undefined;
}
export declare namespace UninterpretedOption {
  interface NamePart {
    readonly name_part: string;
    readonly is_extension: boolean;
  }
}
export const UninterpretedOption = $nested($message<UninterpretedOption>("google.protobuf.UninterpretedOption"), {
  NamePart: $message<UninterpretedOption.NamePart>("google.protobuf.UninterpretedOption.NamePart"),
});

export interface SourceCodeInfo {
  readonly location?: readonly $google_protobuf.SourceCodeInfo.Location[] | undefined;
}
export declare namespace SourceCodeInfo {
  interface Location {
    readonly path?: readonly number[] | undefined;
    readonly span?: readonly number[] | undefined;
    readonly leading_comments?: string | undefined;
    readonly trailing_comments?: string | undefined;
    readonly leading_detached_comments?: readonly string[] | undefined;
  }
}
export const SourceCodeInfo = $nested($message<SourceCodeInfo>("google.protobuf.SourceCodeInfo"), {
  Location: $message<SourceCodeInfo.Location>("google.protobuf.SourceCodeInfo.Location"),
});

export interface GeneratedCodeInfo {
  readonly annotation?: readonly $google_protobuf.GeneratedCodeInfo.Annotation[] | undefined;
}
export declare namespace GeneratedCodeInfo {
  interface Annotation {
    readonly path?: readonly number[] | undefined;
    readonly source_file?: string | undefined;
    readonly begin?: number | undefined;
    readonly end?: number | undefined;
  }
}
export const GeneratedCodeInfo = $nested($message<GeneratedCodeInfo>("google.protobuf.GeneratedCodeInfo"), {
  Annotation: $message<GeneratedCodeInfo.Annotation>("google.protobuf.GeneratedCodeInfo.Annotation"),
});
