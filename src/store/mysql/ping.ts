import { USER_BYTES_CEILING } from "../../core/limits.ts";
import type { Statement } from "./connection/session.ts";
import type { Result, Run } from "./transaction/transact.ts";

/** No app has this number. */
const NO_APP = 0;
const ATTRIBUTES = "x".repeat(USER_BYTES_CEILING);

/**
 * Writes a set of the largest size, to a user that no caller sees and that the same transaction removes. The database
 * refuses it if it is full, read-only, or lacks a privilege that sets need. The user's key is random, so that servers
 * that ping at the same time do not wait for each other.
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
      values: [NO_APP, name, name],
    },
    { sql: "UPDATE users SET attributes = ? WHERE app = ? AND name = ?", values: [ATTRIBUTES, NO_APP, name] },
    { sql: "UPDATE app_usage SET used = used + 1 WHERE app = ? AND lane = 0", values: [NO_APP] },
    { sql: "DELETE FROM users WHERE app = ? AND name = ?", values: [NO_APP, name] },
  ];
}
