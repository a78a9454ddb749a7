import { readFileSync } from "node:fs";

/** @returns a warning for each unreadable file. The server itself reads them only when the first token needs them */
export function unreadableFiles(files: readonly { readonly flag: string; readonly path: string }[]): readonly string[] {
  return files.flatMap(({ flag, path }) => {
    const reason = unreadableReason(path);
    if (reason === undefined) return [];
    return [
      `warning: --${flag} ${JSON.stringify(path)}: ${reason}; the app's tokens fail until the server can read it`,
    ];
  });
}

function unreadableReason(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim() === "" ? "the file is empty" : undefined;
  } catch (error) {
    return `the file cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "unknown reason"})`;
  }
}
