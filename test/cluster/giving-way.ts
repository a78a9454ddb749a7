import { Deadline } from "../../src/store/mysql/connection/deadline.ts";
import { failureKind } from "../../src/store/mysql/connection/errors.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { openMysqlStore } from "../../src/store/mysql/store.ts";
import { type Result, type Run, transact } from "../../src/store/mysql/transaction/transact.ts";
import { mysqlLocation } from "../store/mysql-location.ts";
import type { GaleraCluster } from "./galera.ts";
import { Unserved } from "./unserved.ts";

/** How many rows a transaction changes besides the one that another node wants. */
const OWN_ROWS = 12;
const OTHER_PAUSE_MS = 4;
const DEADLINE_MS = 10_000;

interface GaveWay {
  /** Transactions that were said to be committed, each of which adds one to every row. */
  readonly committed: number;
  /** Those that the database would not have. */
  readonly refused: number;
  /** The sum added to each row. */
  readonly added: readonly number[];
}

/**
 * Transactions of many statements on one node while another node keeps changing their first row: the later transaction
 * must give way, also between two of its statements.
 */
export async function gaveWay(galera: GaleraCluster, seconds: number): Promise<GaveWay> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await galera.freshDatabase());
  const location = mysqlLocation(database.url, DEADLINE_MS);
  stack.use(await openMysqlStore(location, { exclusive: true }));
  await database.query("CREATE TABLE counted (id INT PRIMARY KEY, n BIGINT NOT NULL, others BIGINT NOT NULL)");
  const ids = Array.from({ length: OWN_ROWS + 1 }, (_, id) => id);
  await database.query(`INSERT INTO counted VALUES ${ids.map((id) => `(${id}, 0, 0)`).join(", ")}`);

  const [here, there] = location.hosts;
  if (there === undefined) throw new Error("too few nodes");
  const until = performance.now() + seconds * 1000;
  let committed = 0;
  let refused = 0;
  const addToAll = async (run: Run): Promise<Result<undefined>> => {
    await run(...ids.map((id) => ({ sql: "UPDATE counted SET n = n + 1 WHERE id = ?", values: [id] })));
    return { keep: true, value: undefined };
  };
  const transactions = async (): Promise<void> => {
    const session = new Session(location, new Hosts([here]));
    while (performance.now() < until) {
      try {
        await transact(session, new Deadline(DEADLINE_MS), addToAll, 0);
        committed += 1;
      } catch (error) {
        const kind = failureKind(error);
        if (kind === "lost" || kind === "host_unfit") throw new Unserved("the node has gone", { cause: error });
        if (kind !== "again") throw error;
        refused += 1;
      }
    }
    await session.close();
  };
  const other = async (): Promise<void> => {
    const session = new Session(location, new Hosts([there]));
    while (performance.now() < until) {
      // It may be refused in its turn.
      await session.one("UPDATE counted SET others = others + 1 WHERE id = 0", [], DEADLINE_MS).catch(() => {});
      await Bun.sleep(Math.random() * OTHER_PAUSE_MS);
    }
    await session.close();
  };
  await Promise.all([transactions(), other()]);
  const rows = await database.query("SELECT n FROM counted ORDER BY id");
  return { committed, refused, added: rows.map(({ n }) => Number(n)) };
}
