import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { RECORDER_HEADER, type RecordedSteering, RtkRecorder } from "@delos/planning";
import { type Component, defineComponent } from "@delos/runtime";
import { readVehicleField } from "../vehicles/vehicle-field.ts";
import type { Vehicle } from "../vehicles/vehicle-file.ts";
import { chassisTopic, localizationTopic } from "./topics.ts";

interface RecorderConfig {
  readonly file: string;
  readonly steering: RecordedSteering;
}

/** Curvature is that of control's wheelbase, as Apollo's recorder has it. */
function steeringOf({ shape, control }: Vehicle): RecordedSteering {
  return { ...shape, wheelbaseM: control.lateral!.wheelbaseM };
}

/** Apollo's rtk_recorder: a drive by hand as lines of garage.csv. The file is whole when the module has stopped. */
export const recorder: Component<RecorderConfig> = defineComponent<RecorderConfig>({
  name: "recorder",
  summary: "Records a drive by hand",
  configure: (fields) => ({ file: fields.text("file"), steering: steeringOf(readVehicleField(fields)) }),
  ports: () => ({ inputs: [localizationTopic, chassisTopic], outputs: [] }),
  start({ node, config, beat, fail }) {
    mkdirSync(dirname(config.file), { recursive: true });
    const file = createWriteStream(config.file);
    file.on("error", fail);
    file.write(`${RECORDER_HEADER}\n`);
    const lines = new RtkRecorder(config.steering);
    node.subscribe(chassisTopic).on(({ message }) => lines.onChassis(message));
    node.subscribe(localizationTopic, { depth: 100 }).on(({ message }) => {
      const line = lines.onLocalization(message);
      if (line !== undefined) file.write(`${line}\n`);
    });
    node.every(100, beat);
    return { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void file.end(() => resolve())) };
  },
});
