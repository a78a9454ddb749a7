import type { Failure } from "./failure.ts";

/** What `--json` writes in place of a result. @param messages the failure's lines, without passwords */
export function errorJson({ exitCode, code }: Failure, messages: readonly string[]): string {
  return `${JSON.stringify({ error: { exit: exitCode, code, messages } }, null, 2)}\n`;
}
