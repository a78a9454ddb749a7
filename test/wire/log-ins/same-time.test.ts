import { expect, test } from "bun:test";
import type { UserName } from "../../../src/core/model.ts";
import type { PasswordHasher, Store } from "../../../src/core/ports.ts";
import { argon2id } from "../../../src/system/passwords.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { BEHIND_PROXY } from "../../harness/from-address.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { logIn } from "./log-in.ts";

/** `USERMETA_TEST_TRIES=200` for the figures that docs/decisions/0017-log-ins.md promises. */
const TRIES = Number(process.env.USERMETA_TEST_TRIES ?? 40);
const WITHIN = 1.1;
/** Where other programs have the machine in between, kinds that are the same differ too: more tries tell better. */
const RUNS = 3;

interface Kind {
  /** A name for each try: none is guessed at so often that it is held back. */
  readonly username: (attempt: string) => string;
  readonly password: string;
  readonly status: number;
}

const WRONG_PASSWORD: Kind = { username: (attempt) => `active-${attempt}`, password: "wrong", status: 400 };
/** The same three times: how far they are apart is the machine's doing. */
const PROBES: Readonly<Record<string, Kind>> = {
  "a wrong password": WRONG_PASSWORD,
  "a wrong password again": WRONG_PASSWORD,
  "a wrong password once more": WRONG_PASSWORD,
};

const KINDS: Readonly<Record<string, Kind>> = {
  ...PROBES,
  "an unknown user": { username: (attempt) => `ghost-${attempt}`, password: "wrong", status: 404 },
  "an illegal username": { username: (attempt) => `no user ${attempt}`, password: "wrong", status: 404 },
  "a user without a password": { username: (attempt) => `without-${attempt}`, password: "wrong", status: 400 },
  "a deactivated user": { username: (attempt) => `inactive-${attempt}`, password: "wrong", status: 400 },
  "a deactivated user's password": { username: (attempt) => `inactive-${attempt}`, password: "secret", status: 400 },
  "an empty password": { username: (attempt) => `active-${attempt}`, password: "", status: 400 },
};

async function prepare({ store, app }: TestService): Promise<void> {
  const hash = await argon2id.hash("secret");
  const created = Date.now();
  for (let run = 0; run < RUNS; run++) {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const user = (kind: string, passwordHash: string | null) => {
        const name = `${kind}-${run}.${attempt}` as UserName; // as: a legal one
        return { id: crypto.randomUUID(), name, passwordHash, nickname: null, created };
      };
      const inactive = user("inactive", hash);
      await store.insertUsers(app.number, [user("active", hash), user("without", null), inactive]);
      await store.changeUser(app.number, inactive.name, { activated: false }, created);
    }
  }
}

/** Adds how long each kind takes, ms. The tries take turns, so that what slows one kind down slows all. */
async function measure({ base }: TestService, run: number, taken: Map<string, number[]>): Promise<void> {
  const kinds = Object.entries(KINDS);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    for (const [index, [name, { username, password, status }]] of shuffled(kinds).entries()) {
      const address = `10.${run}.${attempt}.${index}`;
      const began = performance.now();
      const answer = await logIn(base, { address, username: username(`${run}.${attempt}`), password });
      taken.get(name)?.push(performance.now() - began);
      expect([name, answer.status]).toEqual([name, status]);
    }
  }
}

// That it takes the same time, by what takes it: this can be told on any machine.
test("whatever is wrong with a log-in, the same rows are read and one hash of the same cost is verified", async () => {
  const steps: string[] = [];
  const passwords: PasswordHasher = {
    ...argon2id,
    verify(password, hash) {
      steps.push(`verify ${hash.split("$").slice(1, 4).join(" ")}`);
      return argon2id.verify(password, hash);
    },
  };
  const wrap = (store: Store): Store => ({
    ...delegateStore(store),
    app(number) {
      steps.push("app");
      return store.app(number);
    },
    user(app, name) {
      steps.push("user");
      return store.user(app, name);
    },
  });
  await using service = await startTestService({ settings: BEHIND_PROXY, parts: { passwords }, wrap });
  await prepare(service);
  for (const [name, { username, password, status }] of Object.entries(KINDS)) {
    steps.length = 0;
    const answer = await logIn(service.base, { address: "10.0.0.1", username: username("0.0"), password });
    expect([name, answer.status, ...steps]).toEqual([
      name,
      status,
      "app",
      "user",
      "verify argon2id v=19 m=19456,t=2,p=1",
    ]);
  }
});

test("whatever is wrong with a log-in, it takes the same time", async () => {
  await using service = await startTestService({ settings: BEHIND_PROXY, parts: { passwords: argon2id } });
  await prepare(service);
  const taken = new Map(Object.keys(KINDS).map((name): [string, number[]] => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    await measure(service, run, taken);
    if (process.env.USERMETA_TEST_TRIES !== undefined) console.table(Object.fromEntries([...taken].map(summary)));
    if (spread(taken, Object.keys(KINDS)) < WITHIN * spread(taken, Object.keys(PROBES))) break;
    if (run === RUNS - 1) expect(Object.fromEntries([...taken].map(summary))).toEqual({});
  }
  expect(service.faults).toEqual([]);
}, 300_000);

function shuffled<T>(values: readonly T[]): readonly T[] {
  return values
    .map((value): [number, T] => [Math.random(), value])
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}

/** How many times as long the slowest of these kinds takes as the quickest. */
function spread(taken: ReadonlyMap<string, readonly number[]>, kinds: readonly string[]): number {
  const each = kinds.map((name) => undisturbed(taken.get(name) ?? []));
  return Math.max(...each) / Math.min(...each);
}

/** The mean of the quickest tenth, ms: the means of all say more of a busy machine than of the server. */
function undisturbed(values: readonly number[]): number {
  return meanOf(values.toSorted((a, b) => a - b).slice(0, Math.ceil(values.length / 10)));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function summary([name, values]: readonly [string, readonly number[]]): [
  string,
  { undisturbed: number; mean: number },
] {
  return [name, { undisturbed: undisturbed(values), mean: meanOf(values) }];
}
