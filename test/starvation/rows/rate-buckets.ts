import { ask } from "../greedy/ask.ts";
import { authorised, GET, HEALTH, json, LOG_IN, OTHER_APP, SET } from "../modest-requests.ts";
import { greedyAddress, type Request, type Row, type Target } from "../row.ts";

const MEGABYTE = 1_048_576;
/** The server's default. */
const SETTINGS = { USERMETA_RATE_PER_SECOND: "100" };

/** Garbage that a client may send to `/token`. */
const GARBAGE: readonly ((app: string) => Request)[] = [
  (app) => json(undefined, "POST", `${app}/token`, "{"),
  (app) => json(undefined, "POST", `${app}/token`, "[]"),
  (app) => json(undefined, "POST", `${app}/token`, {}),
  (app) => json(undefined, "POST", `${app}/token`, { grant_type: "none" }),
  (app) => json(undefined, "POST", `${app}/token`, { grant_type: "password", username: 1 }),
  (app) => json(undefined, "POST", `${app}/token`, { grant_type: "client_credentials", client_id: "a" }),
  (app) => json(undefined, "POST", `${app}/users`, { username: "x y" }),
  (app) => authorised("made-up", "GET", `${app}/metadata/user/modest`),
  (app) => authorised(undefined, "GET", `${app}/metadata/user/modest`),
  (app) => json(undefined, "PUT", `${app}/users/modest/password`, {}),
];

export const RATE_BUCKETS: readonly Row[] = [
  {
    name: "an app at its rate limit takes nothing from another app",
    // The other app's rate is the lower one: its bucket would be empty if it had the first one's.
    settings: { USERMETA_RATE_PER_SECOND: "200" },
    app: { ratePerSecond: 1000 },
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 16,
        request: () => authorised(target.greedyToken, "GET", `${target.app}/metadata/user/greedy`),
      }),
    modest: [OTHER_APP, HEALTH],
    refusedWith: 429,
    never: [500],
  },
  {
    name: "companion calls over their rate take nothing from the same app's profiles",
    // The modest client's sets and reads would be 429 if they were in the greedy one's bucket.
    app: { ratePerSecond: 1000 },
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 16,
        request: () =>
          json(target.greedyToken, "POST", `${target.app}/users/greedy/presence`, { usernames: ["modest"] }),
      }),
    modest: [GET, SET, HEALTH],
    refusedWith: 429,
    never: [500],
  },
  {
    name: "garbage from one address is soon answered 429, and affects no other address",
    settings: SETTINGS,
    greedy: (target, pace) =>
      ask(target, pace, { connections: 16, request: (connection, count) => garbage(target, connection + count) }),
    modest: [GET, SET, LOG_IN, HEALTH],
    refusedWith: 429,
    never: [500],
  },
  ...GARBAGE.map((make, index): Row => {
    const { method, path, body = "nothing" } = make("");
    return {
      name: `garbage of the kind ${index}, ${method} ${path} with ${body}, is answered 429 before long`,
      settings: SETTINGS,
      greedy: (target, pace) => ask(target, pace, { connections: 8, request: () => make(target.app) }),
      modest: [GET],
      refusedWith: 429,
      never: [500],
    };
  }),
  {
    name: "garbage from hundreds of addresses leaves a modest one its turn, and memory",
    settings: SETTINGS,
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: pace.many(300, 2000),
        from: greedyAddress,
        request: (connection, count) => garbage(target, connection + count),
      }),
    modest: [GET, SET, LOG_IN, HEALTH],
    growthBytesMax: 200 * MEGABYTE,
    never: [500],
  },
];

function garbage({ app }: Target, index: number): Request {
  const make = GARBAGE[index % GARBAGE.length];
  return make === undefined ? authorised(undefined, "GET", app) : make(app);
}
