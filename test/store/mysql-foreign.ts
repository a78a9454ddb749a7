import { type Connection, createConnection } from "mysql2/promise";
import { sharedMariadb, type TestDatabase } from "../harness/mariadb.ts";

/** A transaction of another program that holds the locks of a statement. */
export interface ForeignLock extends AsyncDisposable {
  /** Releases its locks. */
  release(): Promise<void>;
}

export async function lockForeign(
  { name }: Pick<TestDatabase, "name">,
  sql: string,
  values: readonly unknown[] = [],
): Promise<ForeignLock> {
  const { port } = await sharedMariadb();
  const connection: Connection = await createConnection({ host: "127.0.0.1", port, user: "root", database: name });
  await connection.query("START TRANSACTION");
  await connection.query(sql, [...values]);
  let isReleased = false;
  const release = async (): Promise<void> => {
    if (isReleased) return;
    isReleased = true;
    await connection.query("ROLLBACK");
    await connection.query("UNLOCK TABLES");
    await connection.end();
  };
  return { release, [Symbol.asyncDispose]: release };
}
