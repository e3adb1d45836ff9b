// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

export * as proto from "./cyber/proto.ts";

