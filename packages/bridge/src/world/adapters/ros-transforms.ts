import type { Adapter, Transform } from "../observation.ts";
import { field, list, quaternion, text, vector } from "../read-value.ts";

/** Frame names were written with a leading slash until tf2. */
const frame = (value: unknown): string => (text(value) ?? "").replace(/^\//, "");

export const transforms: Adapter = {
  types: ["tf2_msgs/TFMessage", "tf/tfMessage"],
  read: (message) => [
    {
      kind: "transforms",
      transforms: list(field(message, "transforms")).flatMap((stamped): Transform[] => {
        const translation = vector(field(stamped, "transform", "translation"));
        const rotation = quaternion(field(stamped, "transform", "rotation"));
        if (translation === undefined || rotation === undefined) return [];
        const parent = frame(field(stamped, "header", "frame_id"));
        return [{ parent, child: frame(field(stamped, "child_frame_id")), translation, rotation }];
      }),
    },
  ],
};
