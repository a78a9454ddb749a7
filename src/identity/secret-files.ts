import { readFile } from "node:fs/promises";
import { BoundedMap } from "../core/admission/bounded-map.ts";
import { createSharedResult, type SharedResult } from "../core/admission/shared-result.ts";
import { OperatorError } from "../core/faults/operator-error.ts";
import type { Timers } from "../core/ports/system/timers.ts";
import { busy } from "../core/refusals.ts";

/** Secrets in files; the store has only their paths. */
export interface SecretFiles {
  /**
   * The non-empty lines of the file, cached until `reload`. Refuses with `busy` while the file cannot be read; it is tried
   * at most once a second, however many tokens need it.
   */
  lines(path: string): Promise<readonly string[]>;
  reload(): void;
}

interface SecretFile {
  /** Undefined until the first successful read. */
  lines: readonly string[] | undefined;
  readonly reading: SharedResult<readonly string[]>;
}

const READ_AGAIN_MS = 1000;
/** An app has at most two files. Beyond this number the least recently used ones are evicted. */
const FILES_MAX = 2000;

/** @param tell failed: called for each failed read; succeeded: for the first success after one */
export function createSecretFiles(
  timers: Timers,
  tell: { failed(path: string, error: unknown): void; succeeded(path: string): void },
): SecretFiles {
  /** Kept across `reload`. */
  const failing = new BoundedMap<true>(FILES_MAX);
  const files = new BoundedMap<SecretFile>(FILES_MAX);

  function fileAt(path: string): SecretFile {
    const known = files.get(path);
    if (known !== undefined) return known;
    const file: SecretFile = {
      lines: undefined,
      reading: createSharedResult({ resource: "outside_calls", everyMs: READ_AGAIN_MS, timers }, async () => {
        try {
          file.lines = await linesIn(path);
          if (failing.get(path)) tell.succeeded(path);
          failing.delete(path);
          return file.lines;
        } catch (error) {
          // The next token that needs the file tries again.
          tell.failed(path, error);
          failing.set(path, true);
          throw busy();
        }
      }),
    };
    files.set(path, file);
    return file;
  }

  return {
    async lines(path) {
      const { lines, reading } = fileAt(path);
      return lines ?? (await reading.latest());
    },
    reload: () => files.clear(),
  };
}

async function linesIn(path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.trim());
  const secrets = lines.filter((line) => line !== "");
  if (secrets.length === 0) throw new OperatorError("the file is empty");
  return secrets;
}
