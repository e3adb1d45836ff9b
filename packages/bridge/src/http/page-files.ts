import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";

/** One file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** Undefined where compression does not pay. */
  readonly gzip: Buffer | undefined;
  readonly etag: string;
  /** The name contains a hash of the content: it never changes. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".glb": "model/gltf-binary",
  ".txt": "text/plain; charset=utf-8",
};

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>Delos</title>
<p>The page is not built. Run <code>npm run build</code> in the root of the repository and reload.</p>`;

/** Where the built page is: in `@delos/hmi`, which a server without a page need not have installed. */
export function builtPage(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("@delos/hmi/package.json");
    const folder = join(dirname(manifest), "dist");
    return existsSync(join(folder, "index.html")) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The files of a folder by their path on the server. They are listed once: nothing outside can be asked for. */
export class PageFiles {
  readonly #folder: string | undefined;
  readonly #names: ReadonlySet<string>;
  readonly #loaded = new Map<string, PageFile>();

  constructor(folder: string | undefined) {
    this.#folder = folder;
    const names = folder === undefined ? [] : readdirSync(folder, { recursive: true, encoding: "utf8" });
    this.#names = new Set(names.map((name) => name.split(sep).join("/")));
  }

  /** `path`: of the URL, without query. Undefined: there is no such file. */
  get(path: string): PageFile | undefined {
    const name = path === "/" ? "index.html" : path.slice(1);
    let file = this.#loaded.get(name);
    if (file !== undefined) return file;
    if (this.#folder === undefined)
      return name === "index.html" ? pageFile(".html", Buffer.from(NOT_BUILT), undefined, false) : undefined;
    const extension = extname(name);
    if (!this.#names.has(name) || !(extension in TYPES)) return undefined;
    const body = readFileSync(join(this.#folder, name));
    const packed = this.#names.has(`${name}.gz`) ? readFileSync(join(this.#folder, `${name}.gz`)) : undefined;
    file = pageFile(extension, body, packed, /-[\w-]{8}\.\w+$/.test(name));
    this.#loaded.set(name, file);
    return file;
  }
}

function pageFile(extension: string, body: Buffer, packed: Buffer | undefined, immutable: boolean): PageFile {
  const type = TYPES[extension]!;
  const isText = /^text|json|svg|wasm|gltf/.test(type);
  const gzip = packed ?? (isText && body.length > 1024 ? gzipSync(body) : undefined);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { type, body, gzip: gzip !== undefined && gzip.length < body.length ? gzip : undefined, etag, immutable };
}
