export { composePose } from "./compose.ts";
export { ErrorStateFilter, FILTER_NOISE, type FilterNoise } from "./error-state-filter.ts";
export { LOCALIZATION_FLAGS, type LocalizationFlags } from "./flags.ts";
export { interpolateImu, matchImu } from "./imu-matching.ts";
export { localizationComponent } from "./localization-component.ts";
export { type LocalizationTick, RtkLocalization } from "./rtk-localization.ts";
