import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { AppCredentials } from "../../core/apps/apps.ts";
import type { AppKey } from "../../core/model.ts";
import { usageError } from "../terminal/failure.ts";
import { shellQuoted } from "./shell.ts";

/** The variables that a shell needs to call an app. */
export interface ShellCredentials extends AppCredentials {
  readonly app: AppKey;
  /** The server's URL, without a slash at its end. */
  readonly server: string;
}

/** Writes a file for the shell command `.`, readable by its owner only. Its variables are no options of this program. */
export function writeCredentials(file: string, { app, server, clientId, clientSecret }: ShellCredentials): void {
  const lines = [
    `# usermeta: the credentials of ${app}, for a shell. They make their holder an admin of the app.`,
    `CHAT_BASE=${shellQuoted(`${server}/${app}`)}`,
    `CHAT_CLIENT_ID=${shellQuoted(clientId)}`,
    `CHAT_CLIENT_SECRET=${shellQuoted(clientSecret)}`,
  ];
  // Written to a temporary file and renamed: no reader sees half a file, and a file with wider permissions is replaced.
  const unfinished = `${file}.${process.pid}`;
  try {
    writeFileSync(unfinished, `${lines.join("\n")}\n`, { mode: 0o600 });
    renameSync(unfinished, file);
  } catch (error) {
    throw usageError(`${file} cannot be written (${codeOf(error)})`);
  }
}

/** Undefined if the file does not exist, or was not written by this program. */
export function readCredentials(file: string): AppCredentials | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  // An earlier version used the prefix USERMETA_.
  const [, clientId] = /^(?:CHAT|USERMETA)_CLIENT_ID='([^']+)'$/m.exec(text) ?? [];
  const [, clientSecret] = /^(?:CHAT|USERMETA)_CLIENT_SECRET='([^']+)'$/m.exec(text) ?? [];
  return clientId === undefined || clientSecret === undefined ? undefined : { clientId, clientSecret };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
}
