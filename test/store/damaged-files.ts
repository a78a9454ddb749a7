import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

const PAGE_BYTES = 4096;
/** Of a b-tree page, where the file's header is not before it (sqlite.org/fileformat2.html § 1.6). */
const INDEX_LEAF = 0x0a;
const FIRST_FREE_PAGE_AT = 32;

/** Pages are counted from 1, as SQLite does. */
export function pageOf(path: string, text: string): number {
  const at = readFileSync(path).indexOf(text);
  if (at < 0) throw new Error(`no page holds ${text}`);
  return Math.floor(at / PAGE_BYTES) + 1;
}

export function pageText(path: string, page: number): string {
  return readFileSync(path).toString("latin1", (page - 1) * PAGE_BYTES, page * PAGE_BYTES);
}

/** Pages of indexes that hold such a text. */
export function indexPages(path: string, text: string): number[] {
  const pages = readFileSync(path).length / PAGE_BYTES;
  return Array.from({ length: pages - 1 }, (_, index) => index + 2).filter((page) => {
    const held = pageText(path, page);
    return held.charCodeAt(0) === INDEX_LEAF && held.includes(text);
  });
}

/** Where the list of free pages begins; 0 = there are none. */
export function firstFreePage(path: string): number {
  return readFileSync(path).readUInt32BE(FIRST_FREE_PAGE_AT);
}

export function damagePage(path: string, page: number): void {
  damage(path, (page - 1) * PAGE_BYTES, PAGE_BYTES);
}

export function damage(path: string, at: number, bytes: number): void {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(bytes, 0x5a), 0, bytes, at);
  closeSync(file);
}
