import { rowsOf } from "../connection/session.ts";
import type { Run } from "./transact.ts";

/**
 * Draws `count` numbers that were never drawn before; returns the last one. Other transactions that draw the same kind
 * wait until this one ends, so that numbers become visible in order: draw late.
 */
export async function draw(run: Run, name: "apps" | "keys" | "changes", count: number): Promise<number> {
  const [, answer] = await run(
    { sql: "UPDATE counters SET value = value + ? WHERE name = ?", values: [count, name] },
    { sql: "SELECT value FROM counters WHERE name = ?", values: [name] },
  );
  const [row] = rowsOf<[number]>(answer);
  if (row === undefined) throw new Error(`there is no counter "${name}"`);
  return row[0];
}
