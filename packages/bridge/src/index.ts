export { Bridge, type BridgeOptions, DEFAULT_PORT, openBridge } from "./bridge.ts";
