import { USER_BYTES_CEILING } from "../../core/limits.ts";
import type { Statement } from "./connection/session.ts";
import type { Result, Run } from "./transaction/transact.ts";

/** No app has it. */
const NOBODYS = 0;
const ATTRIBUTES = "x".repeat(USER_BYTES_CEILING);

/**
 * What a set of the largest size does, to a user that no caller ever sees and that is gone with the same commit: a database
 * that is full, takes no writes, or lets this account not write where it must, refuses it. Its key is its own, so that
 * servers which look at once do not wait for each other.
 */
export async function ping(run: Run): Promise<Result<undefined>> {
  await run(...statements(crypto.randomUUID()));
  return { keep: true, value: undefined };
}

function statements(name: string): readonly Statement[] {
  return [
    {
      sql:
        "INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version, " +
        "attributes_modified, attributes) VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, 0, '')",
      values: [NOBODYS, name, name],
    },
    { sql: "UPDATE users SET attributes = ? WHERE app = ? AND name = ?", values: [ATTRIBUTES, NOBODYS, name] },
    { sql: "UPDATE app_usage SET used = used + 1 WHERE app = ? AND lane = 0", values: [NOBODYS] },
    { sql: "DELETE FROM users WHERE app = ? AND name = ?", values: [NOBODYS, name] },
  ];
}
