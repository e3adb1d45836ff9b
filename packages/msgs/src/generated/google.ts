// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

export * as protobuf from "./google/protobuf.ts";

