import { ask } from "../greedy/ask.ts";
import { authorised, GET, HEALTH, json, SET } from "../modest-requests.ts";
import type { Row } from "../row.ts";

export const DATABASE_CONNECTIONS: readonly Row[] = [
  {
    name: "callers that create and delete users leave connections to the database for gets and sets",
    engines: ["mysql"],
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: pace.many(200, 400),
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
];
