// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

export * as canbus from "./apollo/canbus.ts";
export * as common from "./apollo/common.ts";
export * as control from "./apollo/control.ts";
export * as cyber from "./apollo/cyber.ts";
export * as decision from "./apollo/decision.ts";
export * as dreamview from "./apollo/dreamview.ts";
export * as drivers from "./apollo/drivers.ts";
export * as hdmap from "./apollo/hdmap.ts";
export * as hmi from "./apollo/hmi.ts";
export * as localization from "./apollo/localization.ts";
export * as perception from "./apollo/perception.ts";
export * as planning from "./apollo/planning.ts";
export * as planning_internal from "./apollo/planning_internal.ts";
export * as prediction from "./apollo/prediction.ts";
export * as routing from "./apollo/routing.ts";

