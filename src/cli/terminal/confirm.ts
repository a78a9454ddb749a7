import type { Call, Flag } from "../command.ts";
import { refused, usageError } from "./failure.ts";
import { readLine } from "./read-input.ts";

export const YES_FLAG: Flag = { name: "yes", help: "do not ask for confirmation" };

/** Asks on a terminal whether to continue. Without a terminal, `--yes` is required. Throws unless the answer is yes. */
export async function confirm({ flags, io }: Pick<Call, "flags" | "io">, question: string): Promise<void> {
  if (flags.has(YES_FLAG.name)) return;
  if (!io.stdin.isTTY || !io.stderr.isTTY)
    throw usageError("nothing was deleted: there is no terminal to confirm on; pass --yes");
  io.stderr.write(`${question} [y/N] `);
  if (!/^y(es)?$/i.test((await readLine(io.stdin)).trim())) throw refused("nothing was deleted");
}
