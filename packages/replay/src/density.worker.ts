import { parentPort, workerData } from "node:worker_threads";
import { openRecording } from "@delos/bag";
import { type DensityOptions, densityOf } from "./density.ts";

const { files, options } = workerData as { readonly files: string[]; readonly options: DensityOptions };
using recording = await openRecording(files);
parentPort!.postMessage(densityOf(recording, options));
