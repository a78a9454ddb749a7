import { connectRaw, rawRequest } from "../../harness/raw.ts";
import { hold } from "../greedy/hold.ts";
import { authorised, GET, HEALTH, json, SET } from "../modest-requests.ts";
import type { Row, Target } from "../row.ts";

const MEGABYTE = 1_048_576;
const LARGE_USERS = 100;
const VALUE = "v".repeat(250_000);
/** A few answers of the largest size, and what the system's own buffers hold. */
const GROWTH_MAX = 512 * MEGABYTE;
const APP = { userBytesMax: 262_144 };
const MODEST = [GET, SET, HEALTH];

export const ANSWERS: readonly Row[] = [
  {
    name: "unread batch answers of many megabytes leave memory for others",
    app: APP,
    prepare: makeLargeUsers,
    greedy: (target, pace) => {
      const targets = Array.from({ length: LARGE_USERS }, (_, index) => `large${index}`);
      const { method, path, ...sent } = json(target.greedyToken, "POST", `${target.app}/metadata/user/get`, {
        targets,
      });
      const request = rawRequest(method, path, sent);
      return hold(target, pace, { connections: pace.many(60, 100), bytes: () => request, isDeaf: true });
    },
    modest: MODEST,
    growthBytesMax: GROWTH_MAX,
  },
  {
    name: "thousands of answers to one connection that it does not read leave memory for others",
    app: APP,
    prepare: makeLargeUsers,
    greedy: (target, pace) => {
      const { method, path, ...sent } = authorised(target.greedyToken, "GET", `${target.app}/metadata/user/large0`);
      const request = rawRequest(method, path, sent);
      const bytes = Buffer.concat(Array.from({ length: pace.many(1000, 2000) }, () => request));
      return hold(target, pace, { connections: 4, bytes: () => bytes, isDeaf: true });
    },
    modest: MODEST,
    growthBytesMax: GROWTH_MAX,
  },
];

async function makeLargeUsers({ origin, app, adminToken }: Target): Promise<void> {
  await using connection = await connectRaw(origin);
  for (let index = 0; index < LARGE_USERS; index++) {
    const user = `large${index}`;
    const inherit = { grant_type: "inherit", username: user, autoCreateUser: true };
    const made = json(adminToken, "POST", `${app}/token`, inherit);
    const set = { ...authorised(adminToken, "PUT", `${app}/metadata/user/${user}`), body: `k=${VALUE}` };
    for (const { method, path, ...sent } of [made, set]) {
      const { status, text } = await connection.call(method, path, sent);
      if (status !== 200) throw new Error(`${user} was not made: ${status} ${text}`);
    }
  }
}
