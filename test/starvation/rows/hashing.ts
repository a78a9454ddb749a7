import { ask } from "../greedy/ask.ts";
import { GET, HEALTH, json, LOG_IN, logIn } from "../modest-requests.ts";
import { greedyAddress, type Row } from "../row.ts";

const CONNECTIONS = 30;

export const HASHING: readonly Row[] = [
  {
    name: "thirty connections with wrong passwords keep no client at another address from logging in",
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: CONNECTIONS,
        request: (connection, count) => logIn(target, guessedName(connection, count), "wrong"),
      }),
    modest: [LOG_IN, GET, HEALTH],
    never: [500],
  },
  {
    name: "an address that registers one user after the other keeps no other client from logging in",
    app: { registration: "open" },
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: CONNECTIONS,
        request: (connection, count) => {
          const user = { username: `made${connection}-${count}`, password: "secret" };
          return json(undefined, "POST", `${target.app}/users`, user);
        },
      }),
    modest: [LOG_IN, GET, HEALTH],
    never: [500],
  },
  {
    name: "ten addresses with wrong passwords and a login of their own leave the others their turn",
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: CONNECTIONS,
        from: (connection) => greedyAddress(connection % 10),
        request: (connection, count) =>
          count % 2 === 0 ? logIn(target, "greedy", "secret") : logIn(target, `nobody${connection}-${count}`, "wrong"),
      }),
    modest: [LOG_IN, GET, HEALTH],
    waitMaxMs: 2000,
    never: [500],
  },
  {
    name: "with two threads, wrong passwords keep no client at another address from logging in",
    settings: { USERMETA_WORKERS: "2" },
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: CONNECTIONS,
        request: (connection, count) => logIn(target, guessedName(connection, count), "wrong"),
      }),
    modest: [LOG_IN, GET, HEALTH],
    never: [500],
  },
];

/** One user again and again, who is soon refused, and users that do not exist. */
function guessedName(connection: number, count: number): string {
  return connection % 2 === 0 ? "greedy" : `nobody${connection}-${count}`;
}
