import { Database } from "bun:sqlite";
import { connectRaw } from "../../harness/raw.ts";
import { ask } from "../greedy/ask.ts";
import { form, GET, HEALTH, json, SET } from "../modest-requests.ts";
import type { Place, Row, Surroundings, Target } from "../row.ts";

const MEGABYTE = 1_048_576;
const VALUE = "v".repeat(199_000);
/** A set is answered within two seconds. */
const LOCK_ANSWER_S = 3;
const LARGE_USERS = 40;
/** Without copies in memory, of which there would be as many bytes again. */
const GROWTH_MAX = 640 * MEGABYTE;
const NO_COPIES = { USERMETA_CACHE_BYTES: "0" };

export const WRITES: readonly Row[] = [
  {
    name: "hundreds of large sets in flight leave a small one its turn",
    engines: ["sqlite", "mysql"],
    app: { userBytesMax: 262_144 },
    settings: NO_COPIES,
    prepare: makeUsers,
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: pace.many(500, 800),
        request: (connection, count) => {
          const path = `${target.app}/metadata/user/large${connection % LARGE_USERS}`;
          return form(target.adminToken, "PUT", path, `k=${count}${VALUE}`);
        },
      }),
    modest: [GET, SET, HEALTH],
    waitMaxMs: 2000,
    growthBytesMax: GROWTH_MAX,
    never: [500],
  },
  {
    name: "batch sets of a hundred users leave a small set its turn",
    engines: ["sqlite", "mysql"],
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 16,
        request: (connection, count) => {
          const names = Array.from({ length: 100 }, (_, index) => `nobody${index}`);
          const targets = Object.fromEntries(
            ["greedy", ...names].slice(0, 100).map((name) => [name, { k: `${count}` }]),
          );
          return json(target.adminToken, "POST", `${target.app}/metadata/user/set`, { targets, k: `${connection}` });
        },
      }),
    modest: [GET, SET, HEALTH],
    never: [500],
  },
  {
    name: "while another process holds SQLite's lock, sets are answered 503 in time and reads are served",
    surroundings: besideLock,
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 50,
        request: (connection, count) =>
          form(target.greedyToken, "PUT", `${target.app}/metadata/user/greedy`, `${connection}=${count}`),
      }),
    modest: [GET, HEALTH],
    secondsMin: LOCK_ANSWER_S,
    refusedWith: 503,
    never: [500],
  },
];

async function makeUsers({ origin, app, adminToken }: Target): Promise<void> {
  await using connection = await connectRaw(origin);
  for (let index = 0; index < LARGE_USERS; index++) {
    const inherit = { grant_type: "inherit", username: `large${index}`, autoCreateUser: true };
    const { method, path, ...sent } = json(adminToken, "POST", `${app}/token`, inherit);
    const { status, text } = await connection.call(method, path, sent);
    if (status !== 200) throw new Error(`no user was made: ${status} ${text}`);
  }
}

async function besideLock({ path }: Place): Promise<Surroundings> {
  let other: Database | undefined;
  return {
    async begin() {
      other = new Database(path);
      other.run("PRAGMA busy_timeout = 5000");
      other.run("BEGIN IMMEDIATE");
    },
    async [Symbol.asyncDispose]() {
      other?.close();
    },
  };
}
