import { resolve } from "node:path";
import { ChannelCodecs, checkFile, runConformance } from "@delos/bag";
import { DelosError, describeError, UsageError } from "@delos/core";
import type { Command, ExitStatus } from "../command.ts";
import { filesOf, open } from "./bag-output.ts";

export const bagCheck: Command = {
  name: "bag check",
  usage: "bag check FILE… [--no-decode] [--json]",
  summary: "Read everything, check all checksums and indexes, decode every message",
  description: "Ends with status 0 when all files are sound, 1 when anything is wrong.",
  examples: ["delos bag check drive.mcap"],
  options: { "no-decode": { type: "boolean" } },
  optionHelp: { "no-decode": "Do not decode the messages" },
  async run(context): Promise<ExitStatus> {
    let sound = true;
    for (const file of filesOf(context)) {
      const problems = await check(file);
      sound &&= problems.problems.length === 0;
      if (context.json)
        context.out.write(`${JSON.stringify({ file, ok: problems.problems.length === 0, ...problems })}\n`);
      else {
        for (const { code, offset, message } of problems.problems) {
          context.out.write(`${file}: ${code} at byte ${offset}: ${message}\n`);
        }
        if (problems.problems.length === 0) context.out.write(`${file}: ok, ${problems.messages} messages\n`);
      }
    }
    return sound ? 0 : 1;

    async function check(file: string): Promise<{ messages: number; problems: Finding[] }> {
      try {
        using recording = await open({ ...context, values: { "skip-bad-chunks": true } }, [file]);
        const codecs = new ChannelCodecs();
        const bad = new Map<string, { count: number; reason: string }>();
        recording.verify((channel, _time, data) => {
          if (context.values["no-decode"] === true) return;
          try {
            codecs.decode(channel, data);
          } catch (error) {
            const known = bad.get(channel.topic);
            if (known === undefined) bad.set(channel.topic, { count: 1, reason: describeError(error) });
            else known.count++;
          }
        });
        const found = new Map<string, Finding>();
        const further = checkFile(resolve(context.cwd, file), recording.format);
        for (const { code, offset, message } of [...recording.problems, ...further]) {
          if (!found.has(`${code} ${offset}`)) found.set(`${code} ${offset}`, { code, offset, message });
        }
        const problems = [...found.values()];
        for (const [topic, { count, reason }] of bad) {
          problems.push({
            code: "BAG_UNDECODABLE",
            offset: 0,
            message: `${count} messages of ${topic} do not decode, the first: ${reason}`,
          });
        }
        return { messages: recording.messageCount, problems };
      } catch (error) {
        if (!(error instanceof DelosError)) throw error;
        const offset = error.details["offset"];
        return {
          messages: 0,
          problems: [{ code: error.code, offset: typeof offset === "number" ? offset : 0, message: error.message }],
        };
      }
    }
  },
};

interface Finding {
  readonly code: string;
  readonly offset: number;
  readonly message: string;
}

export const bagConformance: Command = {
  name: "bag conformance",
  usage: "bag conformance DIR [--json]",
  summary: "Run the cases of the MCAP conformance suite in DIR",
  description:
    "Each NAME.mcap with its NAME.json: as a stream, through the index, and by writing it byte for byte, where the case allows.",
  examples: ["delos bag conformance conformance/"],
  options: {},
  async run(context): Promise<ExitStatus> {
    const [directory, ...more] = context.positionals;
    if (directory === undefined || more.length > 0) throw new UsageError("which directory?");
    let [passed, failed] = [0, 0];
    for (const { name, mode, failure } of runConformance(resolve(context.cwd, directory))) {
      if (failure === undefined) passed++;
      else {
        failed++;
        context.err.write(`${name} (${mode}): ${failure}\n`);
      }
    }
    context.out.write(
      context.json ? `${JSON.stringify({ passed, failed })}\n` : `${passed} passed, ${failed} failed\n`,
    );
    if (passed + failed === 0) throw new UsageError(`no conformance cases in ${directory}`);
    return failed === 0 ? 0 : 1;
  },
};
