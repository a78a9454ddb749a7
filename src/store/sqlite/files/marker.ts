import { closeSync, existsSync, fsyncSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../../store-error.ts";
import { systemReason } from "../connection/errors.ts";

const TEXT = `A store of usermeta was made beside this file. While this file is here, usermeta does not start on a
store that is missing or empty: see "Restore a backup" in docs/OPERATIONS.md. To start over, remove this file, too.
`;

export function markerPath(path: string): string {
  return `${path}.made`;
}

/** A store was created at the path before: if it is missing or empty now, it was lost. */
export function isMarked(path: string): boolean {
  return existsSync(markerPath(path));
}

/** Creates the marker; returns after fsync of the file and its folder. @param path of a store that has its schema */
export function mark(path: string): void {
  if (isMarked(path)) return;
  try {
    const descriptor = openSync(markerPath(path), "w", 0o600);
    try {
      writeSync(descriptor, TEXT);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    flushFolder(dirname(path));
  } catch (error) {
    throw new StoreError(
      "cannot_open",
      `${markerPath(path)} cannot be written (${systemReason(error)}): check that this account may write there`,
    );
  }
}

export function lost(path: string, how: "missing" | "empty"): StoreError {
  return new StoreError(
    "cannot_open",
    `${path} is ${how}, but ${markerPath(path)} says that a store was made there: restore a backup as ` +
      `docs/OPERATIONS.md says under "Restore a backup", or remove ${markerPath(path)} to begin with an empty store`,
  );
}

function flushFolder(path: string): void {
  // Windows has no descriptors for folders.
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
