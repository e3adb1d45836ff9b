import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Bridge, BridgeOptions } from "@delos/bridge";
import { describeError, UsageError } from "@delos/core";
import type { Command, CommandContext } from "../command.ts";
import { namesOption } from "./replay-options.ts";

type Security = NonNullable<BridgeOptions["security"]>;

/** Options of commands that serve the page: who may do what on it. */
export const securityOptions: Command["options"] = {
  host: { type: "string" },
  token: { type: "string" },
  "viewer-token": { type: "string" },
  "need-token": { type: "boolean" },
  cert: { type: "string" },
  key: { type: "string" },
  name: { type: "string", multiple: true },
  origin: { type: "string", multiple: true },
  audit: { type: "string" },
};

export const securityHelp: Readonly<Record<string, string>> = {
  host: "Address of the page (default 127.0.0.1: this machine only); any other needs a token",
  token:
    "What an operator logs in with; better in the environment, as DELOS_TOKEN (default: made and printed, where one is needed)",
  "viewer-token": "What a viewer logs in with; DELOS_VIEWER_TOKEN",
  "need-token": "Everybody needs a token, on this machine too",
  cert: "Certificate chain, PEM: serves the page by https",
  key: "Its private key, PEM",
  name: "One more name of this server, as a reverse proxy calls it (repeatable)",
  origin: "An origin whose pages are taken for the server's own (repeatable)",
  audit: "File of the audit log, JSON lines",
};

export function securityOf(context: CommandContext, auditFile?: string): Security {
  const { values, env, cwd } = context;
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const [cert, key] = [text("cert"), text("key")];
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key belong together");
  const read = (file: string): Buffer => {
    try {
      return readFileSync(resolve(cwd, file));
    } catch (error) {
      throw new UsageError(`${file} cannot be read: ${describeError(error)}`);
    }
  };
  const audit = text("audit") ?? auditFile;
  return {
    token: text("token") ?? env["DELOS_TOKEN"],
    viewerToken: text("viewer-token") ?? env["DELOS_VIEWER_TOKEN"],
    tokenNeeded: values["need-token"] === true,
    names: namesOption(context, "name"),
    origins: namesOption(context, "origin"),
    tls: cert === undefined ? undefined : { cert: read(cert), key: read(key!) },
    auditFile: audit === undefined ? undefined : resolve(cwd, audit),
  };
}

/** Where the page is, and, this once, the tokens that nobody knows yet. */
export function tellOfPage({ out, err, json }: CommandContext, bridge: Bridge, host: string | undefined): void {
  out.write(json ? `${JSON.stringify({ hmi: bridge.url })}\n` : `HMI: ${bridge.url}\n`);
  for (const { role, token, made } of bridge.tokens)
    if (made) err.write(`${role === "operator" ? "Operator" : "Viewer"} token, shown this once: ${token}\n`);
  if (!isThisMachineOnly(host) && bridge.url.startsWith("http:"))
    err.write(
      "delos: without --cert and --key tokens and pictures travel in the clear: use this in a network you trust\n",
    );
}

export function isThisMachineOnly(host: string | undefined): boolean {
  return host === undefined || /^(localhost$|127\.|::1$)/.test(host);
}
