import { type Stats, statSync } from "node:fs";

/** A file's identity, independent of its path. */
export interface FileId {
  readonly dev: number;
  readonly ino: number;
}

/** Undefined: nothing exists at the path. */
export function statAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

export function fileIdAt(path: string): FileId | undefined {
  const found = statAt(path);
  return found === undefined ? undefined : { dev: found.dev, ino: found.ino };
}

export function isSameFile(one: FileId | undefined, other: FileId | undefined): boolean {
  return one?.dev === other?.dev && one?.ino === other?.ino;
}
