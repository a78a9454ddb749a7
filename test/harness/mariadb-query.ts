import { type Connection, createConnection } from "mysql2";

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
export type Row = Readonly<Record<string, any>>;

/** As root, on a connection of its own, which ends with it. */
export async function queryMariadb(
  port: number,
  sql: string,
  values: readonly unknown[],
  database: string | undefined,
): Promise<readonly Row[]> {
  const where = { host: "127.0.0.1", port, ...(database && { database }) };
  const connection = createConnection({ ...where, user: "root", password: "" });
  // What happens to it is told by the query; without a listener it would end the process.
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
    else resolve((Array.isArray(rows) ? rows : []) as Row[]); // as: objects, since no other form was asked for
  });
  return promise;
}
