export { type PlayerConfig, playerOptions } from "./components.ts";
export { planningComponent, planningPorts, type TrajectorySource } from "./planning-component.ts";
export { pythonFloat, RECORDER_HEADER, type RecordedSteering, RtkRecorder } from "./recorder.ts";
export { type DrivenPath, parseDrivenPath } from "./recording.ts";
export { type PlayerOptions, RtkPlayer } from "./rtk-player.ts";
export { parseReplayTrajectory, type ReplayPlannerOptions, RtkReplayPlanner } from "./rtk-replay-planner.ts";
