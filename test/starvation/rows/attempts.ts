import { ask } from "../greedy/ask.ts";
import { GET, LOG_IN, logIn } from "../modest-requests.ts";
import { greedyAddress, type Row } from "../row.ts";

export const ATTEMPTS: readonly Row[] = [
  {
    name: "an account that one address guesses at stays open to its owner",
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 8,
        request: (connection, count) => logIn(target, "modest", `guess ${connection} ${count}`),
      }),
    modest: [LOG_IN, GET],
    refusedWith: 429,
  },
  {
    name: "an account that many addresses guess at stays open to its owner",
    // Twenty wrong passwords are admitted before the account is closed to unknown addresses, two at a time.
    waitMaxMs: 2000,
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: pace.many(40, 200),
        from: greedyAddress,
        request: (connection, count) => logIn(target, "modest", `guess ${connection} ${count}`),
      }),
    modest: [LOG_IN, GET],
    refusedWith: 429,
  },
];
