// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

export * as apollo from "./apollo.ts";
export * as delos from "./delos.ts";
export * as foxglove from "./foxglove.ts";
export * as google from "./google.ts";
