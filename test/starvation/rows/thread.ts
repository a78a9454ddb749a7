import { rawRequest } from "../../harness/raw.ts";
import { ask } from "../greedy/ask.ts";
import { pipeline } from "../greedy/pipeline.ts";
import { authorised, BATCH_GET, form, GET, HEALTH, json, SET } from "../modest-requests.ts";
import type { Request, Row, Target } from "../row.ts";

const BODY_BYTES = 1_048_576;
const SEPARATORS = "a&".repeat(BODY_BYTES / 2);
const ESCAPES = `a=${"%41".repeat(BODY_BYTES / 3 - 1)}`;
const BRACKETS = "[".repeat(BODY_BYTES);
const KEYS = `{${Array.from({ length: 95_000 }, (_, index) => `"${index}":1`).join(",")}}`;
const TARGETS = `{"targets":[${"1,".repeat(524_000 - 8)}1]}`;
const USERS = `[${'{"username":1},'.repeat(69_000)}1]`;

/** Bodies that a thread may take long to parse. */
const BOMBS: readonly ((target: Target) => Request)[] = [
  ({ app, greedyToken }) => form(greedyToken, "PUT", `${app}/metadata/user/greedy`, ESCAPES),
  ({ app, greedyToken }) => form(greedyToken, "PUT", `${app}/metadata/user/modest`, SEPARATORS),
  ({ app, greedyToken }) => mergePatch(greedyToken, `${app}/metadata/user/greedy`, BRACKETS),
  ({ app, greedyToken }) => mergePatch(greedyToken, `${app}/metadata/user/greedy`, KEYS),
  ({ app, greedyToken }) => json(greedyToken, "POST", `${app}/metadata/user/get`, TARGETS),
  ({ app, greedyToken }) => json(greedyToken, "POST", `${app}/users`, USERS),
  ({ app }) => json(undefined, "POST", `${app}/token`, KEYS),
  ({ app }) => json(undefined, "POST", `${app}/token`, BRACKETS),
  ({ app, adminToken }) => json(adminToken, "POST", `${app}/users`, USERS),
  ({ app, adminToken }) => json(adminToken, "POST", `${app}/metadata/user/set`, `{"targets":${KEYS}}`),
];

export const THREAD: readonly Row[] = [
  {
    name: "four connections that set a million separators delay no other client",
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 4,
        request: (connection) =>
          form(target.greedyToken, "PUT", `${target.app}/metadata/user/${pickUser(connection)}`, SEPARATORS),
      }),
    modest: [GET, SET, HEALTH],
    never: [500],
  },
  {
    name: "bodies of a megabyte that are hard to parse delay no other client, whichever call they are sent to",
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 4,
        request: (connection, count) => (BOMBS[(connection + count) % BOMBS.length] ?? TO_NOBODY)(target),
      }),
    modest: [GET, SET, BATCH_GET, HEALTH],
    never: [500],
  },
  {
    name: "thousands of requests pipelined on one connection delay no client on another one",
    greedy: (target, pace) => {
      const { method, path, ...sent } = authorised(target.greedyToken, "GET", `${target.app}/metadata/user/greedy`);
      const request = rawRequest(method, path, sent);
      return pipeline(target, pace, { connections: pace.many(4, 8), depth: pace.many(1000, 5000), request });
    },
    modest: [GET, SET, HEALTH],
    never: [500],
  },
  {
    name: "hundreds of busy connections of one client leave the others their turn",
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: pace.many(500, 2000),
        request: () => authorised(target.greedyToken, "GET", `${target.app}/metadata/user/greedy`),
      }),
    modest: [GET, SET, HEALTH],
    never: [500],
  },
];

/** The user's own attributes, and another's. */
function pickUser(connection: number): string {
  return connection % 2 === 0 ? "greedy" : "modest";
}

function mergePatch(token: string, path: string, body: string): Request {
  const headers = [
    ["Authorization", `Bearer ${token}`] as const,
    ["Content-Type", "application/merge-patch+json"] as const,
  ];
  return { method: "PATCH", path, body, headers };
}

function TO_NOBODY({ app }: Target): Request {
  return authorised(undefined, "GET", app);
}
