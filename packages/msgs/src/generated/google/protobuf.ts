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

/**
 * The protocol compiler can output a FileDescriptorSet containing the .proto
 * files it parses.
 */
export interface FileDescriptorSet {
  readonly file?: readonly $google_protobuf.FileDescriptorProto[] | undefined;
}
export const FileDescriptorSet: MessageType<FileDescriptorSet> = $message<FileDescriptorSet>("google.protobuf.FileDescriptorSet");

/** Describes a complete .proto file. */
export interface FileDescriptorProto {
  /** file name, relative to root of source tree */
  readonly name?: string | undefined;
  /** e.g. "foo", "foo.bar", etc. */
  readonly package?: string | undefined;
  /** Names of files imported by this file. */
  readonly dependency?: readonly string[] | undefined;
  /** Indexes of the public imported files in the dependency list above. */
  readonly public_dependency?: readonly number[] | undefined;
  /**
   * Indexes of the weak imported files in the dependency list.
   * For Google-internal migration only. Do not use.
   */
  readonly weak_dependency?: readonly number[] | undefined;
  /** All top-level definitions in this file. */
  readonly message_type?: readonly $google_protobuf.DescriptorProto[] | undefined;
  readonly enum_type?: readonly $google_protobuf.EnumDescriptorProto[] | undefined;
  readonly service?: readonly $google_protobuf.ServiceDescriptorProto[] | undefined;
  readonly extension?: readonly $google_protobuf.FieldDescriptorProto[] | undefined;
  readonly options?: $google_protobuf.FileOptions | undefined;
  /**
   * This field contains optional information about the original source code.
   * You may safely remove this entire field without harming runtime
   * functionality of the descriptors -- the information is needed only by
   * development tools.
   */
  readonly source_code_info?: $google_protobuf.SourceCodeInfo | undefined;
  /**
   * The syntax of the proto file.
   * The supported values are "proto2" and "proto3".
   */
  readonly syntax?: string | undefined;
}
export const FileDescriptorProto: MessageType<FileDescriptorProto> = $message<FileDescriptorProto>("google.protobuf.FileDescriptorProto");

/** Describes a message type. */
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
  /**
   * Reserved field names, which may not be used by fields in the same message.
   * A given name may only be reserved once.
   */
  readonly reserved_name?: readonly string[] | undefined;
}
export declare namespace DescriptorProto {
  interface ExtensionRange {
    /** Inclusive. */
    readonly start?: number | undefined;
    /** Exclusive. */
    readonly end?: number | undefined;
    readonly options?: $google_protobuf.ExtensionRangeOptions | undefined;
  }
  /**
   * Range of reserved tag numbers. Reserved tag numbers may not be used by
   * fields or extension ranges in the same message. Reserved ranges may
   * not overlap.
   */
  interface ReservedRange {
    /** Inclusive. */
    readonly start?: number | undefined;
    /** Exclusive. */
    readonly end?: number | undefined;
  }
}
export const DescriptorProto = $nested($message<DescriptorProto>("google.protobuf.DescriptorProto"), {
  ExtensionRange: $message<DescriptorProto.ExtensionRange>("google.protobuf.DescriptorProto.ExtensionRange"),
  ReservedRange: $message<DescriptorProto.ReservedRange>("google.protobuf.DescriptorProto.ReservedRange"),
});

export interface ExtensionRangeOptions {
  /** The parser stores options it doesn't recognize here. See above. */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const ExtensionRangeOptions: MessageType<ExtensionRangeOptions> = $message<ExtensionRangeOptions>("google.protobuf.ExtensionRangeOptions");

/** Describes a field within a message. */
export interface FieldDescriptorProto {
  readonly name?: string | undefined;
  readonly number?: number | undefined;
  readonly label?: $google_protobuf.FieldDescriptorProto.Label | undefined;
  /**
   * If type_name is set, this need not be set.  If both this and type_name
   * are set, this must be one of TYPE_ENUM, TYPE_MESSAGE or TYPE_GROUP.
   */
  readonly type?: $google_protobuf.FieldDescriptorProto.Type | undefined;
  /**
   * For message and enum types, this is the name of the type.  If the name
   * starts with a '.', it is fully-qualified.  Otherwise, C++-like scoping
   * rules are used to find the type (i.e. first the nested types within this
   * message are searched, then within the parent, on up to the root
   * namespace).
   */
  readonly type_name?: string | undefined;
  /**
   * For extensions, this is the name of the type being extended.  It is
   * resolved in the same manner as type_name.
   */
  readonly extendee?: string | undefined;
  /**
   * For numeric types, contains the original text representation of the value.
   * For booleans, "true" or "false".
   * For strings, contains the default text contents (not escaped in any way).
   * For bytes, contains the C escaped value.  All bytes >= 128 are escaped.
   */
  readonly default_value?: string | undefined;
  /**
   * If set, gives the index of a oneof in the containing type's oneof_decl
   * list.  This field is a member of that oneof.
   */
  readonly oneof_index?: number | undefined;
  /**
   * JSON name of this field. The value is set by protocol compiler. If the
   * user has set a "json_name" option on this field, that option's value
   * will be used. Otherwise, it's deduced from the field's name by converting
   * it to camelCase.
   */
  readonly json_name?: string | undefined;
  readonly options?: $google_protobuf.FieldOptions | undefined;
  /**
   * If true, this is a proto3 "optional". When a proto3 field is optional, it
   * tracks presence regardless of field type.
   *
   * When proto3_optional is true, this field must be belong to a oneof to
   * signal to old proto3 clients that presence is tracked for this field. This
   * oneof is known as a "synthetic" oneof, and this field must be its sole
   * member (each proto3 optional field gets its own synthetic oneof). Synthetic
   * oneofs exist in the descriptor only, and do not generate any API. Synthetic
   * oneofs must be ordered after all "real" oneofs.
   *
   * For message fields, proto3_optional doesn't create any semantic change,
   * since non-repeated message fields always track presence. However it still
   * indicates the semantic detail of whether the user wrote "optional" or not.
   * This can be useful for round-tripping the .proto file. For consistency we
   * give message fields a synthetic oneof also, even though it is not required
   * to track presence. This is especially important because the parser can't
   * tell if a field is a message or an enum, so it must always create a
   * synthetic oneof.
   *
   * Proto2 optional fields do not set this flag, because they already indicate
   * optional with `LABEL_OPTIONAL`.
   */
  readonly proto3_optional?: boolean | undefined;
}
export declare namespace FieldDescriptorProto {
  type Type = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18;
  type Label = 1 | 2 | 3;
}
export const FieldDescriptorProto = $nested($message<FieldDescriptorProto>("google.protobuf.FieldDescriptorProto"), {
  Type: {
    /**
     * 0 is reserved for errors.
     * Order is weird for historical reasons.
     */
    TYPE_DOUBLE: 1,
    TYPE_FLOAT: 2,
    /**
     * Not ZigZag encoded.  Negative numbers take 10 bytes.  Use TYPE_SINT64 if
     * negative values are likely.
     */
    TYPE_INT64: 3,
    TYPE_UINT64: 4,
    /**
     * Not ZigZag encoded.  Negative numbers take 10 bytes.  Use TYPE_SINT32 if
     * negative values are likely.
     */
    TYPE_INT32: 5,
    TYPE_FIXED64: 6,
    TYPE_FIXED32: 7,
    TYPE_BOOL: 8,
    TYPE_STRING: 9,
    /**
     * Tag-delimited aggregate.
     * Group type is deprecated and not supported in proto3. However, Proto3
     * implementations should still be able to parse the group wire format and
     * treat group fields as unknown fields.
     */
    TYPE_GROUP: 10,
    /** Length-delimited aggregate. */
    TYPE_MESSAGE: 11,
    /** New in version 2. */
    TYPE_BYTES: 12,
    TYPE_UINT32: 13,
    TYPE_ENUM: 14,
    TYPE_SFIXED32: 15,
    TYPE_SFIXED64: 16,
    /** Uses ZigZag encoding. */
    TYPE_SINT32: 17,
    /** Uses ZigZag encoding. */
    TYPE_SINT64: 18,
  },
  Label: {
    /** 0 is reserved for errors */
    LABEL_OPTIONAL: 1,
    LABEL_REQUIRED: 2,
    LABEL_REPEATED: 3,
  },
});

/** Describes a oneof. */
export interface OneofDescriptorProto {
  readonly name?: string | undefined;
  readonly options?: $google_protobuf.OneofOptions | undefined;
}
export const OneofDescriptorProto: MessageType<OneofDescriptorProto> = $message<OneofDescriptorProto>("google.protobuf.OneofDescriptorProto");

/** Describes an enum type. */
export interface EnumDescriptorProto {
  readonly name?: string | undefined;
  readonly value?: readonly $google_protobuf.EnumValueDescriptorProto[] | undefined;
  readonly options?: $google_protobuf.EnumOptions | undefined;
  /**
   * Range of reserved numeric values. Reserved numeric values may not be used
   * by enum values in the same enum declaration. Reserved ranges may not
   * overlap.
   */
  readonly reserved_range?: readonly $google_protobuf.EnumDescriptorProto.EnumReservedRange[] | undefined;
  /**
   * Reserved enum value names, which may not be reused. A given name may only
   * be reserved once.
   */
  readonly reserved_name?: readonly string[] | undefined;
}
export declare namespace EnumDescriptorProto {
  /**
   * Range of reserved numeric values. Reserved values may not be used by
   * entries in the same enum. Reserved ranges may not overlap.
   *
   * Note that this is distinct from DescriptorProto.ReservedRange in that it
   * is inclusive such that it can appropriately represent the entire int32
   * domain.
   */
  interface EnumReservedRange {
    /** Inclusive. */
    readonly start?: number | undefined;
    /** Inclusive. */
    readonly end?: number | undefined;
  }
}
export const EnumDescriptorProto = $nested($message<EnumDescriptorProto>("google.protobuf.EnumDescriptorProto"), {
  EnumReservedRange: $message<EnumDescriptorProto.EnumReservedRange>("google.protobuf.EnumDescriptorProto.EnumReservedRange"),
});

/** Describes a value within an enum. */
export interface EnumValueDescriptorProto {
  readonly name?: string | undefined;
  readonly number?: number | undefined;
  readonly options?: $google_protobuf.EnumValueOptions | undefined;
}
export const EnumValueDescriptorProto: MessageType<EnumValueDescriptorProto> = $message<EnumValueDescriptorProto>("google.protobuf.EnumValueDescriptorProto");

/** Describes a service. */
export interface ServiceDescriptorProto {
  readonly name?: string | undefined;
  readonly method?: readonly $google_protobuf.MethodDescriptorProto[] | undefined;
  readonly options?: $google_protobuf.ServiceOptions | undefined;
}
export const ServiceDescriptorProto: MessageType<ServiceDescriptorProto> = $message<ServiceDescriptorProto>("google.protobuf.ServiceDescriptorProto");

/** Describes a method of a service. */
export interface MethodDescriptorProto {
  readonly name?: string | undefined;
  /**
   * Input and output type names.  These are resolved in the same way as
   * FieldDescriptorProto.type_name, but must refer to a message type.
   */
  readonly input_type?: string | undefined;
  readonly output_type?: string | undefined;
  readonly options?: $google_protobuf.MethodOptions | undefined;
  /** Identifies if client streams multiple client messages */
  readonly client_streaming?: boolean | undefined;
  /** Identifies if server streams multiple server messages */
  readonly server_streaming?: boolean | undefined;
}
export const MethodDescriptorProto: MessageType<MethodDescriptorProto> = $message<MethodDescriptorProto>("google.protobuf.MethodDescriptorProto");

export interface FileOptions {
  /**
   * Sets the Java package where classes generated from this .proto will be
   * placed.  By default, the proto package is used, but this is often
   * inappropriate because proto packages do not normally start with backwards
   * domain names.
   */
  readonly java_package?: string | undefined;
  /**
   * Controls the name of the wrapper Java class generated for the .proto file.
   * That class will always contain the .proto file's getDescriptor() method as
   * well as any top-level extensions defined in the .proto file.
   * If java_multiple_files is disabled, then all the other classes from the
   * .proto file will be nested inside the single wrapper outer class.
   */
  readonly java_outer_classname?: string | undefined;
  /**
   * If enabled, then the Java code generator will generate a separate .java
   * file for each top-level message, enum, and service defined in the .proto
   * file.  Thus, these types will *not* be nested inside the wrapper class
   * named by java_outer_classname.  However, the wrapper class will still be
   * generated to contain the file's getDescriptor() method as well as any
   * top-level extensions defined in the file.
   */
  readonly java_multiple_files?: boolean | undefined;
  /** This option does nothing. @deprecated */
  readonly java_generate_equals_and_hash?: boolean | undefined;
  /**
   * If set true, then the Java2 code generator will generate code that
   * throws an exception whenever an attempt is made to assign a non-UTF-8
   * byte sequence to a string field.
   * Message reflection will do the same.
   * However, an extension field still accepts non-UTF-8 byte sequences.
   * This option has no effect on when used with the lite runtime.
   */
  readonly java_string_check_utf8?: boolean | undefined;
  readonly optimize_for?: $google_protobuf.FileOptions.OptimizeMode | undefined;
  /**
   * Sets the Go package where structs generated from this .proto will be
   * placed. If omitted, the Go package will be derived from the following:
   * - The basename of the package import path, if provided.
   * - Otherwise, the package statement in the .proto file, if present.
   * - Otherwise, the basename of the .proto file, without extension.
   */
  readonly go_package?: string | undefined;
  /**
   * Should generic services be generated in each language?  "Generic" services
   * are not specific to any particular RPC system.  They are generated by the
   * main code generators in each language (without additional plugins).
   * Generic services were the only kind of service generation supported by
   * early versions of google.protobuf.
   *
   * Generic services are now considered deprecated in favor of using plugins
   * that generate code specific to your particular RPC system.  Therefore,
   * these default to false.  Old code which depends on generic services should
   * explicitly set them to true.
   */
  readonly cc_generic_services?: boolean | undefined;
  readonly java_generic_services?: boolean | undefined;
  readonly py_generic_services?: boolean | undefined;
  readonly php_generic_services?: boolean | undefined;
  /**
   * Is this file deprecated?
   * Depending on the target platform, this can emit Deprecated annotations
   * for everything in the file, or it will be completely ignored; in the very
   * least, this is a formalization for deprecating files.
   */
  readonly deprecated?: boolean | undefined;
  /**
   * Enables the use of arenas for the proto messages in this file. This applies
   * only to generated classes for C++.
   */
  readonly cc_enable_arenas?: boolean | undefined;
  /**
   * Sets the objective c class prefix which is prepended to all objective c
   * generated classes from this .proto. There is no default.
   */
  readonly objc_class_prefix?: string | undefined;
  /** Namespace for generated classes; defaults to the package. */
  readonly csharp_namespace?: string | undefined;
  /**
   * By default Swift generators will take the proto package and CamelCase it
   * replacing '.' with underscore and use that to prefix the types/symbols
   * defined. When this options is provided, they will use this value instead
   * to prefix the types/symbols defined.
   */
  readonly swift_prefix?: string | undefined;
  /**
   * Sets the php class prefix which is prepended to all php generated classes
   * from this .proto. Default is empty.
   */
  readonly php_class_prefix?: string | undefined;
  /**
   * Use this option to change the namespace of php generated classes. Default
   * is empty. When this option is empty, the package name will be used for
   * determining the namespace.
   */
  readonly php_namespace?: string | undefined;
  /**
   * Use this option to change the namespace of php generated metadata classes.
   * Default is empty. When this option is empty, the proto file name will be
   * used for determining the namespace.
   */
  readonly php_metadata_namespace?: string | undefined;
  /**
   * Use this option to change the package of ruby generated classes. Default
   * is empty. When this option is not set, the package name will be used for
   * determining the ruby package.
   */
  readonly ruby_package?: string | undefined;
  /**
   * The parser stores options it doesn't recognize here.
   * See the documentation for the "Options" section above.
   */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export declare namespace FileOptions {
  /** Generated classes can be optimized for speed or code size. */
  type OptimizeMode = 1 | 2 | 3;
}
export const FileOptions = $nested($message<FileOptions>("google.protobuf.FileOptions"), {
  OptimizeMode: {
    /** Generate complete code for parsing, serialization, */
    SPEED: 1,
    /** Use ReflectionOps to implement these methods. */
    CODE_SIZE: 2,
    /** Generate code using MessageLite and the lite runtime. */
    LITE_RUNTIME: 3,
  },
});

export interface MessageOptions {
  /**
   * Set true to use the old proto1 MessageSet wire format for extensions.
   * This is provided for backwards-compatibility with the MessageSet wire
   * format.  You should not use this for any other reason:  It's less
   * efficient, has fewer features, and is more complicated.
   *
   * The message must be defined exactly as follows:
   * message Foo {
   * option message_set_wire_format = true;
   * extensions 4 to max;
   * }
   * Note that the message cannot have any defined fields; MessageSets only
   * have extensions.
   *
   * All extensions of your type must be singular messages; e.g. they cannot
   * be int32s, enums, or repeated messages.
   *
   * Because this is an option, the above two restrictions are not enforced by
   * the protocol compiler.
   */
  readonly message_set_wire_format?: boolean | undefined;
  /**
   * Disables the generation of the standard "descriptor()" accessor, which can
   * conflict with a field of the same name.  This is meant to make migration
   * from proto1 easier; new code should avoid fields named "descriptor".
   */
  readonly no_standard_descriptor_accessor?: boolean | undefined;
  /**
   * Is this message deprecated?
   * Depending on the target platform, this can emit Deprecated annotations
   * for the message, or it will be completely ignored; in the very least,
   * this is a formalization for deprecating messages.
   */
  readonly deprecated?: boolean | undefined;
  /**
   * Whether the message is an automatically generated map entry type for the
   * maps field.
   *
   * For maps fields:
   * map<KeyType, ValueType> map_field = 1;
   * The parsed descriptor looks like:
   * message MapFieldEntry {
   * option map_entry = true;
   * optional KeyType key = 1;
   * optional ValueType value = 2;
   * }
   * repeated MapFieldEntry map_field = 1;
   *
   * Implementations may choose not to generate the map_entry=true message, but
   * use a native map in the target language to hold the keys and values.
   * The reflection APIs in such implementations still need to work as
   * if the field is a repeated message field.
   *
   * NOTE: Do not set the option in .proto files. Always use the maps syntax
   * instead. The option should only be implicitly set by the proto compiler
   * parser.
   */
  readonly map_entry?: boolean | undefined;
  /** The parser stores options it doesn't recognize here. See above. */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const MessageOptions: MessageType<MessageOptions> = $message<MessageOptions>("google.protobuf.MessageOptions");

export interface FieldOptions {
  /**
   * The ctype option instructs the C++ code generator to use a different
   * representation of the field than it normally would.  See the specific
   * options below.  This option is not yet implemented in the open source
   * release -- sorry, we'll try to include it in a future version!
   */
  readonly ctype?: $google_protobuf.FieldOptions.CType | undefined;
  /**
   * The packed option can be enabled for repeated primitive fields to enable
   * a more efficient representation on the wire. Rather than repeatedly
   * writing the tag and type for each element, the entire array is encoded as
   * a single length-delimited blob. In proto3, only explicit setting it to
   * false will avoid using packed encoding.
   */
  readonly packed?: boolean | undefined;
  /**
   * The jstype option determines the JavaScript type used for values of the
   * field.  The option is permitted only for 64 bit integral and fixed types
   * (int64, uint64, sint64, fixed64, sfixed64).  A field with jstype JS_STRING
   * is represented as JavaScript string, which avoids loss of precision that
   * can happen when a large value is converted to a floating point JavaScript.
   * Specifying JS_NUMBER for the jstype causes the generated JavaScript code to
   * use the JavaScript "number" type.  The behavior of the default option
   * JS_NORMAL is implementation dependent.
   *
   * This option is an enum to permit additional types to be added, e.g.
   * goog.math.Integer.
   */
  readonly jstype?: $google_protobuf.FieldOptions.JSType | undefined;
  /**
   * Should this field be parsed lazily?  Lazy applies only to message-type
   * fields.  It means that when the outer message is initially parsed, the
   * inner message's contents will not be parsed but instead stored in encoded
   * form.  The inner message will actually be parsed when it is first accessed.
   *
   * This is only a hint.  Implementations are free to choose whether to use
   * eager or lazy parsing regardless of the value of this option.  However,
   * setting this option true suggests that the protocol author believes that
   * using lazy parsing on this field is worth the additional bookkeeping
   * overhead typically needed to implement it.
   *
   * This option does not affect the public interface of any generated code;
   * all method signatures remain the same.  Furthermore, thread-safety of the
   * interface is not affected by this option; const methods remain safe to
   * call from multiple threads concurrently, while non-const methods continue
   * to require exclusive access.
   *
   *
   * Note that implementations may choose not to check required fields within
   * a lazy sub-message.  That is, calling IsInitialized() on the outer message
   * may return true even if the inner message has missing required fields.
   * This is necessary because otherwise the inner message would have to be
   * parsed in order to perform the check, defeating the purpose of lazy
   * parsing.  An implementation which chooses not to check required fields
   * must be consistent about it.  That is, for any particular sub-message, the
   * implementation must either *always* check its required fields, or *never*
   * check its required fields, regardless of whether or not the message has
   * been parsed.
   *
   * As of 2021, lazy does no correctness checks on the byte stream during
   * parsing.  This may lead to crashes if and when an invalid byte stream is
   * finally parsed upon access.
   *
   * TODO(b/211906113):  Enable validation on lazy fields.
   */
  readonly lazy?: boolean | undefined;
  /**
   * unverified_lazy does no correctness checks on the byte stream. This should
   * only be used where lazy with verification is prohibitive for performance
   * reasons.
   */
  readonly unverified_lazy?: boolean | undefined;
  /**
   * Is this field deprecated?
   * Depending on the target platform, this can emit Deprecated annotations
   * for accessors, or it will be completely ignored; in the very least, this
   * is a formalization for deprecating fields.
   */
  readonly deprecated?: boolean | undefined;
  /** For Google-internal migration only. Do not use. */
  readonly weak?: boolean | undefined;
  /** The parser stores options it doesn't recognize here. See above. */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export declare namespace FieldOptions {
  type CType = 0 | 1 | 2;
  type JSType = 0 | 1 | 2;
}
export const FieldOptions = $nested($message<FieldOptions>("google.protobuf.FieldOptions"), {
  CType: {
    /** Default mode. */
    STRING: 0,
    CORD: 1,
    STRING_PIECE: 2,
  },
  JSType: {
    /** Use the default type. */
    JS_NORMAL: 0,
    /** Use JavaScript strings. */
    JS_STRING: 1,
    /** Use JavaScript numbers. */
    JS_NUMBER: 2,
  },
});

export interface OneofOptions {
  /** The parser stores options it doesn't recognize here. See above. */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const OneofOptions: MessageType<OneofOptions> = $message<OneofOptions>("google.protobuf.OneofOptions");

export interface EnumOptions {
  /**
   * Set this option to true to allow mapping different tag names to the same
   * value.
   */
  readonly allow_alias?: boolean | undefined;
  /**
   * Is this enum deprecated?
   * Depending on the target platform, this can emit Deprecated annotations
   * for the enum, or it will be completely ignored; in the very least, this
   * is a formalization for deprecating enums.
   */
  readonly deprecated?: boolean | undefined;
  /** The parser stores options it doesn't recognize here. See above. */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const EnumOptions: MessageType<EnumOptions> = $message<EnumOptions>("google.protobuf.EnumOptions");

export interface EnumValueOptions {
  /**
   * Is this enum value deprecated?
   * Depending on the target platform, this can emit Deprecated annotations
   * for the enum value, or it will be completely ignored; in the very least,
   * this is a formalization for deprecating enum values.
   */
  readonly deprecated?: boolean | undefined;
  /** The parser stores options it doesn't recognize here. See above. */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const EnumValueOptions: MessageType<EnumValueOptions> = $message<EnumValueOptions>("google.protobuf.EnumValueOptions");

export interface ServiceOptions {
  /**
   * Is this service deprecated?
   * Depending on the target platform, this can emit Deprecated annotations
   * for the service, or it will be completely ignored; in the very least,
   * this is a formalization for deprecating services.
   */
  readonly deprecated?: boolean | undefined;
  /** The parser stores options it doesn't recognize here. See above. */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export const ServiceOptions: MessageType<ServiceOptions> = $message<ServiceOptions>("google.protobuf.ServiceOptions");

export interface MethodOptions {
  /**
   * Is this method deprecated?
   * Depending on the target platform, this can emit Deprecated annotations
   * for the method, or it will be completely ignored; in the very least,
   * this is a formalization for deprecating methods.
   */
  readonly deprecated?: boolean | undefined;
  readonly idempotency_level?: $google_protobuf.MethodOptions.IdempotencyLevel | undefined;
  /** The parser stores options it doesn't recognize here. See above. */
  readonly uninterpreted_option?: readonly $google_protobuf.UninterpretedOption[] | undefined;
}
export declare namespace MethodOptions {
  /**
   * Is this method side-effect-free (or safe in HTTP parlance), or idempotent,
   * or neither? HTTP based RPC implementation may choose GET verb for safe
   * methods, and PUT verb for idempotent methods instead of the default POST.
   */
  type IdempotencyLevel = 0 | 1 | 2;
}
export const MethodOptions = $nested($message<MethodOptions>("google.protobuf.MethodOptions"), {
  IdempotencyLevel: {
    IDEMPOTENCY_UNKNOWN: 0,
    /** implies idempotent */
    NO_SIDE_EFFECTS: 1,
    /** idempotent, but may have side effects */
    IDEMPOTENT: 2,
  },
});

/**
 * A message representing a option the parser does not recognize. This only
 * appears in options protos created by the compiler::Parser class.
 * DescriptorPool resolves these when building Descriptor objects. Therefore,
 * options protos in descriptor objects (e.g. returned by Descriptor::options(),
 * or produced by Descriptor::CopyTo()) will never have UninterpretedOptions
 * in them.
 */
export interface UninterpretedOption {
  readonly name?: readonly $google_protobuf.UninterpretedOption.NamePart[] | undefined;
  /**
   * The value of the uninterpreted option, in whatever type the tokenizer
   * identified it as during parsing. Exactly one of these should be set.
   */
  readonly identifier_value?: string | undefined;
  readonly positive_int_value?: bigint | undefined;
  readonly negative_int_value?: bigint | undefined;
  readonly double_value?: number | undefined;
  readonly string_value?: Uint8Array | undefined;
  readonly aggregate_value?: string | undefined;
}
export declare namespace UninterpretedOption {
  /**
   * The name of the uninterpreted option.  Each string represents a segment in
   * a dot-separated name.  is_extension is true iff a segment represents an
   * extension (denoted with parentheses in options specs in .proto files).
   * E.g.,{ ["foo", false], ["bar.baz", true], ["moo", false] } represents
   * "foo.(bar.baz).moo".
   */
  interface NamePart {
    readonly name_part: string;
    readonly is_extension: boolean;
  }
}
export const UninterpretedOption = $nested($message<UninterpretedOption>("google.protobuf.UninterpretedOption"), {
  NamePart: $message<UninterpretedOption.NamePart>("google.protobuf.UninterpretedOption.NamePart"),
});

/**
 * Encapsulates information about the original source file from which a
 * FileDescriptorProto was generated.
 */
export interface SourceCodeInfo {
  /**
   * A Location identifies a piece of source code in a .proto file which
   * corresponds to a particular definition.  This information is intended
   * to be useful to IDEs, code indexers, documentation generators, and similar
   * tools.
   *
   * For example, say we have a file like:
   * message Foo {
   * optional string foo = 1;
   * }
   * Let's look at just the field definition:
   * optional string foo = 1;
   * ^       ^^     ^^  ^  ^^^
   * a       bc     de  f  ghi
   * We have the following locations:
   * span   path               represents
   * [a,i)  [ 4, 0, 2, 0 ]     The whole field definition.
   * [a,b)  [ 4, 0, 2, 0, 4 ]  The label (optional).
   * [c,d)  [ 4, 0, 2, 0, 5 ]  The type (string).
   * [e,f)  [ 4, 0, 2, 0, 1 ]  The name (foo).
   * [g,h)  [ 4, 0, 2, 0, 3 ]  The number (1).
   *
   * Notes:
   * - A location may refer to a repeated field itself (i.e. not to any
   * particular index within it).  This is used whenever a set of elements are
   * logically enclosed in a single code segment.  For example, an entire
   * extend block (possibly containing multiple extension definitions) will
   * have an outer location whose path refers to the "extensions" repeated
   * field without an index.
   * - Multiple locations may have the same path.  This happens when a single
   * logical declaration is spread out across multiple places.  The most
   * obvious example is the "extend" block again -- there may be multiple
   * extend blocks in the same scope, each of which will have the same path.
   * - A location's span is not always a subset of its parent's span.  For
   * example, the "extendee" of an extension declaration appears at the
   * beginning of the "extend" block and is shared by all extensions within
   * the block.
   * - Just because a location's span is a subset of some other location's span
   * does not mean that it is a descendant.  For example, a "group" defines
   * both a type and a field in a single declaration.  Thus, the locations
   * corresponding to the type and field and their components will overlap.
   * - Code which tries to interpret locations should probably be designed to
   * ignore those that it doesn't understand, as more types of locations could
   * be recorded in the future.
   */
  readonly location?: readonly $google_protobuf.SourceCodeInfo.Location[] | undefined;
}
export declare namespace SourceCodeInfo {
  interface Location {
    /**
     * Identifies which part of the FileDescriptorProto was defined at this
     * location.
     *
     * Each element is a field number or an index.  They form a path from
     * the root FileDescriptorProto to the place where the definition occurs.
     * For example, this path:
     * [ 4, 3, 2, 7, 1 ]
     * refers to:
     * file.message_type(3)  // 4, 3
     * .field(7)         // 2, 7
     * .name()           // 1
     * This is because FileDescriptorProto.message_type has field number 4:
     * repeated DescriptorProto message_type = 4;
     * and DescriptorProto.field has field number 2:
     * repeated FieldDescriptorProto field = 2;
     * and FieldDescriptorProto.name has field number 1:
     * optional string name = 1;
     *
     * Thus, the above path gives the location of a field name.  If we removed
     * the last element:
     * [ 4, 3, 2, 7 ]
     * this path refers to the whole field declaration (from the beginning
     * of the label to the terminating semicolon).
     */
    readonly path?: readonly number[] | undefined;
    /**
     * Always has exactly three or four elements: start line, start column,
     * end line (optional, otherwise assumed same as start line), end column.
     * These are packed into a single field for efficiency.  Note that line
     * and column numbers are zero-based -- typically you will want to add
     * 1 to each before displaying to a user.
     */
    readonly span?: readonly number[] | undefined;
    /**
     * If this SourceCodeInfo represents a complete declaration, these are any
     * comments appearing before and after the declaration which appear to be
     * attached to the declaration.
     *
     * A series of line comments appearing on consecutive lines, with no other
     * tokens appearing on those lines, will be treated as a single comment.
     *
     * leading_detached_comments will keep paragraphs of comments that appear
     * before (but not connected to) the current element. Each paragraph,
     * separated by empty lines, will be one comment element in the repeated
     * field.
     *
     * Only the comment content is provided; comment markers (e.g. //) are
     * stripped out.  For block comments, leading whitespace and an asterisk
     * will be stripped from the beginning of each line other than the first.
     * Newlines are included in the output.
     *
     * Examples:
     *
     * optional int32 foo = 1;  // Comment attached to foo.
     * // Comment attached to bar.
     * optional int32 bar = 2;
     *
     * optional string baz = 3;
     * // Comment attached to baz.
     * // Another line attached to baz.
     *
     * // Comment attached to moo.
     * //
     * // Another line attached to moo.
     * optional double moo = 4;
     *
     * // Detached comment for corge. This is not leading or trailing comments
     * // to moo or corge because there are blank lines separating it from
     * // both.
     *
     * // Detached comment for corge paragraph 2.
     *
     * optional string corge = 5;
     * /* Block comment attached
     * * to corge.  Leading asterisks
     * * will be removed. * /
     * /* Block comment attached to
     * * grault. * /
     * optional int32 grault = 6;
     *
     * // ignored detached comments.
     */
    readonly leading_comments?: string | undefined;
    readonly trailing_comments?: string | undefined;
    readonly leading_detached_comments?: readonly string[] | undefined;
  }
}
export const SourceCodeInfo = $nested($message<SourceCodeInfo>("google.protobuf.SourceCodeInfo"), {
  Location: $message<SourceCodeInfo.Location>("google.protobuf.SourceCodeInfo.Location"),
});

/**
 * Describes the relationship between generated code and its original source
 * file. A GeneratedCodeInfo message is associated with only one generated
 * source file, but may contain references to different source .proto files.
 */
export interface GeneratedCodeInfo {
  /**
   * An Annotation connects some span of text in generated code to an element
   * of its generating .proto file.
   */
  readonly annotation?: readonly $google_protobuf.GeneratedCodeInfo.Annotation[] | undefined;
}
export declare namespace GeneratedCodeInfo {
  interface Annotation {
    /**
     * Identifies the element in the original source .proto file. This field
     * is formatted the same as SourceCodeInfo.Location.path.
     */
    readonly path?: readonly number[] | undefined;
    /** Identifies the filesystem path to the original source .proto. */
    readonly source_file?: string | undefined;
    /**
     * Identifies the starting offset in bytes in the generated code
     * that relates to the identified object.
     */
    readonly begin?: number | undefined;
    /**
     * Identifies the ending offset in bytes in the generated code that
     * relates to the identified offset. The end offset should be one past
     * the last relevant byte (so the length of the text = end - begin).
     */
    readonly end?: number | undefined;
  }
}
export const GeneratedCodeInfo = $nested($message<GeneratedCodeInfo>("google.protobuf.GeneratedCodeInfo"), {
  Annotation: $message<GeneratedCodeInfo.Annotation>("google.protobuf.GeneratedCodeInfo.Annotation"),
});
