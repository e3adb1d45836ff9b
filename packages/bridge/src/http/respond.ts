import type { IncomingMessage, ServerResponse } from "node:http";
import type { Access } from "./access.ts";
import type { PageFiles } from "./page-files.ts";

/**
 * The page may load its own files and talk to its own server, nothing else, and nobody may frame it. Styles set by
 * scripts (plots, sizes) need no exception: the policy is about what stands in markup.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const ALWAYS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Answers one request for a file of the page. */
export function respond(request: IncomingMessage, response: ServerResponse, files: PageFiles, access: Access): void {
  const refuse = (status: number, text: string, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { ...ALWAYS, "Content-Type": "text/plain; charset=utf-8", ...headers });
    response.end(request.method === "HEAD" ? undefined : `${text}\n`);
  };
  if (!access.isOwnHost(request.headers.host)) return refuse(403, "This server does not answer under that name.");
  if (!access.isOwnOrigin(request.headers.origin)) return refuse(403, "Pages of other origins get nothing here.");
  if (request.method !== "GET" && request.method !== "HEAD")
    return refuse(405, "Only GET and HEAD.", { Allow: "GET, HEAD" });
  const file = files.get((request.url ?? "/").split(/[?#]/, 1)[0]!);
  if (file === undefined) return refuse(404, "There is no such file.");
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
