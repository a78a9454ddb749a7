import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { StoreError } from "../../store-error.ts";
import { statAt } from "./file-id.ts";
import { isMarked, lost } from "./marker.ts";

/** A path at which a store may be opened. */
export interface StorePlace {
  /** Without symbolic links: the same file by another name has the same lock, log and marker. */
  readonly path: string;
  /** A store was made here before. */
  readonly isMarked: boolean;
}

/** Refuses what can only be a lost store, and a file that has a second name. Makes nothing. */
export function storePlace(given: string): StorePlace {
  const path = truePath(resolve(given));
  // First: another process may be making the store, and marks it when it has made it.
  const marked = isMarked(path);
  const found = statAt(path);
  if (found === undefined && marked) throw lost(path, "missing");
  if (found?.isFile() === true && found.nlink > 1) {
    throw new StoreError(
      "cannot_open",
      `${path} has ${found.nlink} names (hard links): by another one it would have another log; remove the others`,
    );
  }
  return { path, isMarked: marked };
}

const LINKS_MAX = 40;

function truePath(path: string): string {
  let at = path;
  for (let links = 0; links < LINKS_MAX; links++) {
    if (existsSync(at)) return realpathSync(at);
    // A link to a file that is missing: its marker is where the file was.
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
