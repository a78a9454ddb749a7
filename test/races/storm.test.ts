import { expect, test } from "bun:test";
import { type Admin, type Answer, send, signIn } from "../harness/client.ts";
import { quickPasswords } from "../harness/quick-passwords.ts";
import { startSecondServer } from "../harness/second-server.ts";
import { startTestService } from "../harness/service.ts";
import { expectExactCapacity } from "./stored.ts";

const NAMES = ["ada", "bob", "cyd", "dan", "get", "capacity", "__proto__", "x.y-z_9"];
const KEYS = ["a", "nickname", "é", "😀", "__proto__", "10", "9", "key with spaces"];
const CLIENTS = 12;
const CALLS = 80;

/** A small random generator, so that each client's calls can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

interface Kind {
  readonly name: string;
  readonly weight: number;
  /** The possible answers while other clients run any calls. */
  readonly statuses: readonly number[];
  readonly call: (base: string, admin: Admin, roll: (sides: number) => number) => Promise<Answer>;
}

const nameBy = (roll: (sides: number) => number): string => NAMES[roll(NAMES.length)] ?? "ada";

const KINDS: readonly Kind[] = [
  {
    name: "set",
    weight: 8,
    // 404: the user is deleted at the moment; 403: over the user's limit.
    statuses: [200, 403, 404, 409],
    call(base, { token }, roll) {
      const form: Record<string, string> = Object.create(null);
      for (let pairs = 1 + roll(3); pairs > 0; pairs--) {
        const value = ["", "x", "é", "😀"][roll(4)] ?? "";
        form[KEYS[roll(KEYS.length)] ?? "a"] = value.repeat(roll(200));
      }
      return send("PUT", `${base}/metadata/user/${nameBy(roll)}`, { token, form });
    },
  },
  {
    name: "delete attributes",
    weight: 2,
    statuses: [200],
    call: (base, { token }, roll) => send("DELETE", `${base}/metadata/user/${nameBy(roll)}`, { token }),
  },
  {
    name: "delete a user",
    weight: 1,
    statuses: [200, 404],
    call: (base, { token }, roll) => send("DELETE", `${base}/users/${nameBy(roll)}`, { token }),
  },
  {
    name: "delete some users",
    weight: 1,
    statuses: [200],
    call: (base, { token }) => send("DELETE", `${base}/users?limit=2`, { token }),
  },
  {
    name: "register",
    weight: 3,
    statuses: [200, 400],
    call: (base, { token }, roll) =>
      send("POST", `${base}/users`, { token, json: { username: nameBy(roll), password: "123" } }),
  },
  {
    name: "register all",
    weight: 1,
    statuses: [200],
    call: (base, { token }) =>
      send("POST", `${base}/users`, { token, json: NAMES.map((username) => ({ username, password: "123" })) }),
  },
  {
    name: "read many",
    weight: 2,
    statuses: [200],
    call: (base, { token }) => send("POST", `${base}/metadata/user/get`, { token, json: { targets: NAMES } }),
  },
  {
    name: "capacity",
    weight: 1,
    statuses: [200],
    call: (base, { token }) => send("GET", `${base}/metadata/user/capacity`, { token }),
  },
];

const WEIGHTED = KINDS.flatMap((kind) => Array<Kind>(kind.weight).fill(kind));

test("after concurrent calls of every kind through two servers, capacity is exactly the sum over all users", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords } });
  await using second = await startSecondServer(service);
  const admin = await signIn(service);
  const seed = Date.now() % 1_000_000;
  const seen = new Map<string, number>();

  async function client(number: number, round: number): Promise<void> {
    const roll = dice(seed + round * CLIENTS + number);
    const base = number % 2 === 0 ? service.base : second.base;
    for (let count = 0; count < CALLS; count++) {
      const kind = WEIGHTED[roll(WEIGHTED.length)];
      if (kind === undefined) continue;
      const { status, text } = await kind.call(base, admin, roll);
      if (!kind.statuses.includes(status)) throw new Error(`seed ${seed}: ${kind.name} answered ${status} ${text}`);
      const outcome = `${kind.name} ${status}`;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
  }

  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number, round)));
    await expectExactCapacity(service, admin);
    await expectExactCapacity(second, await signIn({ ...service, base: second.base }));
  }
  // The run covered every kind of answer.
  for (const outcome of ["set 200", "set 404", "delete attributes 200", "delete a user 200", "register 200"]) {
    expect([seed, outcome, (seen.get(outcome) ?? 0) > 0]).toEqual([seed, outcome, true]);
  }
  expect(service.faults).toEqual([]);
}, 60_000);
