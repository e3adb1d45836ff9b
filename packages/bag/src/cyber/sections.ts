/**
 * A Cyber record 1.0 (apollo cyber/record/file, cyber/proto/record.proto) consists of sections, each behind 16 bytes:
 *
 *   i32 type | u32 padding, anything | i64 size | the protobuf message
 *
 * The header's area is filled up to 2048 bytes, so the second section stands at 2064.
 */
export const SECTION = { header: 0, chunkHeader: 1, chunkBody: 2, index: 3, channel: 4 } as const;
export const SECTION_HEAD = 16;
export const HEADER_AREA = 2048;
export const FIRST_SECTION: number = SECTION_HEAD + HEADER_AREA;
