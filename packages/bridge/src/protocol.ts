import { delos } from "@delos/msgs";

/** The messages of proto/delos/bridge.proto, in the names of the schema. */
export const { Command, Frame, Notice, Playback } = delos.bridge;
export type Chassis = delos.bridge.Chassis;
export type Command = delos.bridge.Command;
export type Control = delos.bridge.Control;
export type Density = delos.bridge.Density;
export type Fix = delos.bridge.Fix;
export type Frame = delos.bridge.Frame;
export type Notice = delos.bridge.Notice;
export type Obstacle = delos.bridge.Obstacle;
export type Playback = delos.bridge.Playback;
export type PointCloud = delos.bridge.PointCloud;
export type Pose = delos.bridge.Pose;
export type Prediction = delos.bridge.Prediction;
export type Series = delos.bridge.Series;
export type Trajectory = delos.bridge.Trajectory;
export type World = delos.bridge.World;

/** A message while it is put together. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };
