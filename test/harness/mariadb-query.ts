import { type Connection, createConnection } from "mysql2";

// biome-ignore lint/suspicious/noExplicitAny: tests access any member
export type Row = Readonly<Record<string, any>>;

/** As root, on a separate connection that is closed afterwards. */
export async function queryMariadb(
  port: number,
  sql: string,
  values: readonly unknown[],
  database: string | undefined,
): Promise<readonly Row[]> {
  const where = { host: "127.0.0.1", port, ...(database && { database }) };
  const connection = createConnection({ ...where, user: "root", password: "" });
  // The query reports a connection's errors; without a listener they would end the process.
  connection.on("error", () => {});
  try {
    return await ask(connection, sql, values);
  } finally {
    connection.destroy();
  }
}

function ask(connection: Connection, sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Row[]>();
  connection.query(sql, [...values], (error, rows) => {
    if (error !== null) reject(error);
    else resolve((Array.isArray(rows) ? rows : []) as Row[]); // as: objects, because no other form was requested
  });
  return promise;
}
