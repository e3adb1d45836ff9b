import { digest } from "@delos/bag";
import type { Command } from "../command.ts";
import { DAMAGE_HELP, DAMAGE_OPTION, eachFile, open, tellProblems } from "./bag-output.ts";

export const bagDigest: Command = {
  name: "bag digest",
  usage: "bag digest FILE… [--skip-bad-chunks] [--json]",
  summary: "Print a digest of the messages, whatever the container",
  description: [
    "SHA-256 over the sorted, newline-joined hex SHA-256 of every message, each hashed as topic, a zero byte, u64le log time",
    "in ns, u32le length, data. Two files with the same digest hold the same messages: so a conversion is checked.",
  ].join("\n"),
  examples: ["delos bag digest drive.bag drive.mcap"],
  options: DAMAGE_OPTION,
  optionHelp: DAMAGE_HELP,
  run: (context) =>
    eachFile(context, async (file) => {
      using recording = await open(context, [file]);
      const hex = digest(recording);
      context.out.write(context.json ? `${JSON.stringify({ file, digest: hex })}\n` : `${hex}  ${file}\n`);
      tellProblems(context, recording);
    }),
};
