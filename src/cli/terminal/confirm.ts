import type { Call, Flag } from "../command.ts";
import { refused, usageError } from "./failure.ts";
import { readLine } from "./read-input.ts";

export const YES_FLAG: Flag = { name: "yes", help: "do not ask" };

/** Asks on a terminal whether to go on; elsewhere `--yes` must have been given. Throws unless the answer is yes. */
export async function confirm({ flags, io }: Pick<Call, "flags" | "io">, question: string): Promise<void> {
  if (flags.has(YES_FLAG.name)) return;
  if (!io.stdin.isTTY || !io.stderr.isTTY) throw usageError("nothing was deleted: give --yes when nobody can be asked");
  io.stderr.write(`${question} [y/N] `);
  if (!/^y(es)?$/i.test((await readLine(io.stdin)).trim())) throw refused("nothing was deleted");
}
