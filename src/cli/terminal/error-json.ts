import type { Failure } from "./failure.ts";

/** The error object that `--json` writes in place of a result. @param messages the failure's lines, without passwords */
export function errorJson({ exitCode, code }: Failure, messages: readonly string[]): string {
  return `${JSON.stringify({ error: { exit: exitCode, code, messages } }, null, 2)}\n`;
}
