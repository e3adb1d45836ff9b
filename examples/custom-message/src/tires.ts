import { fileURLToPath } from "node:url";
import type { MessageType } from "@delos/msgs";
import { loadProto } from "@delos/msgs/proto";
import { service, topic } from "delos";

/** The values, as TypeScript sees them. The fields are those of the .proto file. */
interface Tire {
  readonly position?: number;
  readonly pressure_kpa?: number;
}
export interface Tires {
  readonly stamp_ns?: bigint;
  readonly tires?: readonly Tire[];
}

const types = loadProto(fileURLToPath(new URL("../proto/tires.proto", import.meta.url)));
const type = <T>(name: string): MessageType<T> => types.get(name) as MessageType<T>;

export const TirePressures = topic("/tires", type<Tires>("example.Tires"), { depth: 1, durability: "transient_local" });

export const Inflate = service(
  "/tires/inflate",
  type<{ readonly position?: number; readonly target_kpa?: number }>("example.InflateRequest"),
  type<{ readonly pressure_kpa?: number }>("example.InflateResponse"),
);
