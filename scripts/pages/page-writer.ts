import { createHash } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { CODING_ENDINGS, MANIFEST, PAGES_PATH, type PageManifest } from "../../src/http/pages/page-manifest.ts";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Compresses the viewer in half a second; 11 would take eight, and make it a tenth smaller. */
const BROTLI_QUALITY = 9;
const GZIP_LEVEL = 9;
const PLACEHOLDER = /\{\{([\w.-]+)\}\}/g;

/** Writes a folder of pages as the server reads it: each file plain and compressed, and a manifest. */
export class PageWriter {
  readonly #folder: string;
  readonly #manifest: PageManifest = {};
  /** By the name in the sources, the name it is served by. */
  readonly #served = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A file that is served under a name with its digest. */
  async addHashed(name: string, text: string): Promise<void> {
    const [stem = "", ending = ""] = name.split(".");
    const served = `${stem}.${tagOf(text)}.${ending}`;
    this.#served.set(name, served);
    this.#add(served, text, true);
  }

  /** Replaces `{{NAME}}` by the address of the file that was added under this name. */
  async addPage(name: string, html: string): Promise<void> {
    const text = html.replace(PLACEHOLDER, (_, file: string) => {
      const served = this.#served.get(file);
      if (served === undefined) throw new Error(`${name}: there is no ${file}`);
      return PAGES_PATH + served;
    });
    this.#add(name, text, false);
  }

  /** The manifest, last: a folder without one is no build. */
  async finish(): Promise<void> {
    writeFileSync(join(this.#folder, MANIFEST), `${JSON.stringify(this.#manifest, undefined, 2)}\n`);
    // Only its creator may read a temporary folder.
    chmodSync(this.#folder, 0o755);
  }

  #add(name: string, text: string, isImmutable: boolean): void {
    const contentType = TYPES[name.split(".").at(-1) ?? ""];
    if (contentType === undefined) throw new Error(`${name}: no content type is known for it`);
    const bytes = Buffer.from(text);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    const path = join(this.#folder, name);
    writeFileSync(path, bytes);
    writeFileSync(path + CODING_ENDINGS.br, brotliCompressSync(bytes, { params }));
    writeFileSync(path + CODING_ENDINGS.gzip, gzipSync(bytes, { level: GZIP_LEVEL }));
    this.#manifest[name] = { contentType, tag: tagOf(text), isImmutable, codings: ["br", "gzip"] };
  }
}

function tagOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
