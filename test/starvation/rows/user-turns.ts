import { ask } from "../greedy/ask.ts";
import { form, GET, HEALTH, SET } from "../modest-requests.ts";
import type { Row } from "../row.ts";

export const USER_TURNS: readonly Row[] = [
  {
    name: "two hundred callers who set one user's attributes leave other users' their turn",
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
