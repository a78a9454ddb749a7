import { ask } from "../greedy/ask.ts";
import { form, GET, HEALTH, SET } from "../modest-requests.ts";
import type { Place, Row, Surroundings } from "../row.ts";

export const USER_WRITES: readonly Row[] = [
  {
    name: "while another process holds a user's row, other users' sets are served",
    engines: ["mysql"],
    app: { conflicts: "merge" },
    surroundings: besideRowLock,
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 64,
        request: (connection, count) =>
          form(target.greedyToken, "PUT", `${target.app}/metadata/user/greedy`, `${connection}=${count}`),
      }),
    modest: [GET, SET, HEALTH],
    waitMaxMs: 2000,
    never: [500],
  },
  {
    name: "two hundred callers that set one user's attributes leave other users' sets their turn",
    engines: ["sqlite", "mysql"],
    app: { conflicts: "merge" },
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: pace.many(200, 400),
        request: (connection, count) =>
          form(target.greedyToken, "PUT", `${target.app}/metadata/user/greedy`, `${connection % 20}=${count}`),
      }),
    modest: [GET, SET, HEALTH],
    never: [500],
  },
];

/** The lock lasts as long as the query that holds it sleeps: longer than any row. */
const HELD_S = 3600;

async function besideRowLock({ database }: Place): Promise<Surroundings> {
  if (database === undefined) throw new Error("a row's lock needs MySQL");
  return {
    async begin() {
      const [app] = await database.query("SELECT number FROM apps WHERE app_key = 'org/tested'");
      const held = "UPDATE users SET version = version + SLEEP(?) WHERE app = ? AND name = 'greedy'";
      // It is killed in the end.
      database.query(held, [HELD_S, app?.number]).catch(() => {});
    },
    async [Symbol.asyncDispose]() {
      const sleeping =
        "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = ? AND INFO LIKE 'UPDATE users%SLEEP(%'";
      for (const { ID } of await database.query(sleeping, [database.name])) await database.query(`KILL ${ID}`);
    },
  };
}
