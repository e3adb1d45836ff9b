import { parentPort, workerData } from "node:worker_threads";
import { Logger, type LogRecord, SystemClock } from "@delos/core";
import { loadOrdinaryView } from "@delos/core/native";
import { RtpsTransport } from "../rtps-transport.ts";
import { EndpointState, type ThreadData } from "./calls.ts";
import { ChannelReader, ChannelWriter } from "./channel.ts";
import { CountersBoard } from "./counters-board.ts";
import { ServedPairs } from "./served-pairs.ts";
import { ThreadHost } from "./thread-host.ts";

/** The thread of sockets and protocol: started by `ThreadedTransport`, ends when it is told to. */
const { participant, options, state, counters, down, up: upward } = workerData as ThreadData;
const view = await loadOrdinaryView();
const up = new ChannelWriter(upward.port, view);
const clock = new SystemClock();
let host: ThreadHost | undefined;
const log = new Logger("rtps", clock, ({ level, message, fields }: LogRecord) => {
  if (host === undefined) early.push({ level, message, fields });
  else host.report({ call: "log", level, message, fields: plainFields(fields) });
});
const early: Pick<LogRecord, "level" | "message" | "fields">[] = [];
const plainFields = (fields: LogRecord["fields"]): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));

try {
  const addresses = [...participant.transports];
  const pairs = new ServedPairs(addresses);
  const carries: ServedPairs["carries"] = (local, remote) => pairs.carries(local, remote);
  const transport = await RtpsTransport.open(
    { participant: { ...participant, transports: addresses }, clock, log, carries },
    options,
  );
  const reader: ChannelReader = new ChannelReader(down, view, {
    onSample: (sample) => host!.onSample(sample),
    onCall: (bytes) => host!.onCall(bytes),
  });
  host = new ThreadHost(transport, up, new EndpointState(state), pairs, () => {
    reader.close();
    up.close();
    parentPort!.close();
  });
  for (const { level, message, fields } of early) {
    host.report({ call: "log", level, message, fields: plainFields(fields) });
  }
  const board = new CountersBoard(counters);
  parentPort!.on("message", () => board.answer(transport.counters));
  parentPort!.postMessage({ ring: up.ring });
  await reader.run();
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  parentPort!.postMessage({ error: { code, message } });
  parentPort!.close();
}
