import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { StoreError } from "../../store-error.ts";
import { statAt } from "./file-id.ts";
import { isMarked, lost } from "./marker.ts";

/** A path at which a store may be opened. */
export interface StorePath {
  /** Without symbolic links: the same file has one lock, WAL and marker. */
  readonly path: string;
  /** A store was created here before. */
  readonly isMarked: boolean;
}

/** Refuses a lost store and a file with a second name. Creates nothing. */
export function resolveStorePath(given: string): StorePath {
  const path = realPath(resolve(given));
  // Check the marker first: another process may be creating the store, and marks it afterwards.
  const marked = isMarked(path);
  const found = statAt(path);
  if (found === undefined && marked) throw lost(path, "missing");
  if (found?.isFile() === true && found.nlink > 1) {
    throw new StoreError(
      "cannot_open",
      `${path} has ${found.nlink} names (hard links): each name would have a write-ahead log of its own; remove the others`,
    );
  }
  return { path, isMarked: marked };
}

const LINKS_MAX = 40;

function realPath(path: string): string {
  let at = path;
  for (let links = 0; links < LINKS_MAX; links++) {
    if (existsSync(at)) return realpathSync(at);
    // A link to a missing file: the marker is where the file was.
    if (!isLink(at)) break;
    at = resolve(dirname(at), readlinkSync(at));
  }
  const folder = dirname(at);
  return existsSync(folder) ? resolve(realpathSync(folder), basename(at)) : at;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
