import type { IncomingMessage, ServerResponse } from "node:http";
import { ALWAYS, sayNo } from "./answers.ts";
import type { PageFiles } from "./page-files.ts";

/** Answers one request for a file of the page. The files hold no secret: whoever reaches the server may have them. */
export function respond(request: IncomingMessage, response: ServerResponse, files: PageFiles): void {
  if (request.method !== "GET" && request.method !== "HEAD")
    return sayNo(request, response, 405, "Only GET and HEAD.", { Allow: "GET, HEAD" });
  const file = files.get((request.url ?? "/").split(/[?#]/, 1)[0]!);
  if (file === undefined) return sayNo(request, response, 404, "There is no such file.");
  const headers: Record<string, string | number> = {
    ...ALWAYS,
    ETag: file.etag,
    Vary: "Accept-Encoding",
    "Cache-Control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (request.headers["if-none-match"]?.split(/\s*,\s*/).includes(file.etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const packed = file.gzip !== undefined && acceptsGzip(request.headers["accept-encoding"]);
  const body = packed ? file.gzip! : file.body;
  headers["Content-Type"] = file.type;
  headers["Content-Length"] = body.length;
  if (packed) headers["Content-Encoding"] = "gzip";
  response.writeHead(200, headers);
  response.end(request.method === "HEAD" ? undefined : body);
}

const acceptsGzip = (header: string | string[] | undefined): boolean =>
  String(header ?? "")
    .split(",")
    .some((coding) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(coding));
