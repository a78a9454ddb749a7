import { ask } from "../greedy/ask.ts";
import { authorised, form, GET, HEALTH, json, SET } from "../modest-requests.ts";
import type { Place, Row, Surroundings } from "../row.ts";

export const DATABASE_CONNECTIONS: readonly Row[] = [
  {
    name: "callers who make and delete users leave connections to the database for gets and sets",
    engines: ["mysql"],
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: pace.many(64, 200),
        request: (connection, count) => {
          const username = `made${connection}`;
          if (count % 2 === 1) return authorised(target.adminToken, "DELETE", `${target.app}/users/${username}`);
          const inherit = { grant_type: "inherit", username, autoCreateUser: true };
          return json(target.adminToken, "POST", `${target.app}/token`, inherit);
        },
      }),
    modest: [GET, SET, HEALTH],
    waitMaxMs: 2000,
    never: [500],
  },
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
