import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { RECORDER_HEADER, RtkRecorder } from "@delos/planning";
import { type Component, defineComponent } from "@delos/runtime";
import { chassisTopic, localizationTopic } from "./topics.ts";

interface RecorderConfig {
  readonly file: string;
}

/** Apollo's rtk_recorder: a drive by hand as lines of garage.csv. The file is whole when the module has stopped. */
export const recorder: Component<RecorderConfig> = defineComponent<RecorderConfig>({
  name: "recorder",
  summary: "Records a drive by hand",
  configure: (fields) => ({ file: fields.text("file") }),
  ports: () => ({ inputs: [localizationTopic, chassisTopic], outputs: [] }),
  start({ node, config, beat, fail }) {
    mkdirSync(dirname(config.file), { recursive: true });
    const file = createWriteStream(config.file);
    file.on("error", fail);
    file.write(`${RECORDER_HEADER}\n`);
    const lines = new RtkRecorder();
    node.subscribe(chassisTopic).on(({ message }) => lines.onChassis(message));
    node.subscribe(localizationTopic, { depth: 100 }).on(({ message }) => {
      const line = lines.onLocalization(message);
      if (line !== undefined) file.write(`${line}\n`);
    });
    node.every(100, beat);
    return { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void file.end(() => resolve())) };
  },
});
