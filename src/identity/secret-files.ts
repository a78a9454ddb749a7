import { readFile } from "node:fs/promises";
import { Refusal } from "../core/refusals.ts";

/** Secrets in files, of which the store knows only the paths. */
export interface SecretFiles {
  /** The lines that hold something, as of the last `reread`; refuses with `busy` while the file cannot be read. */
  lines(path: string): Promise<readonly string[]>;
  reread(): void;
}

const RETRY_AFTER_MS = 1000;

/** @param unreadable told once a file, until `reread` */
export function createSecretFiles(unreadable: (path: string, error: unknown) => void): SecretFiles {
  const files = new Map<string, Promise<readonly string[]>>();
  const told = new Set<string>();

  async function read(path: string): Promise<readonly string[]> {
    try {
      const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.trim());
      const secrets = lines.filter((line) => line !== "");
      if (secrets.length === 0) throw new Error("the file is empty");
      return secrets;
    } catch (error) {
      // The next token looks again: the file may come.
      files.delete(path);
      if (!told.has(path)) unreadable(path, error);
      told.add(path);
      throw new Refusal({ code: "busy", retryAfterMs: RETRY_AFTER_MS });
    }
  }

  return {
    lines(path) {
      const known = files.get(path) ?? read(path);
      files.set(path, known);
      return known;
    },
    reread() {
      files.clear();
      told.clear();
    },
  };
}
