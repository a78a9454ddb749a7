import { expect, test } from "bun:test";
import type { UserName } from "../../../src/core/model.ts";
import { argon2id } from "../../../src/system/passwords.ts";
import { signIn } from "../../harness/client.ts";
import { BEHIND_PROXY } from "../../harness/from-address.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { logIn } from "./log-in.ts";

/** `USERMETA_TEST_TRIES=200` for the figures that docs/decisions/0017-log-ins.md promises. */
const TRIES = Number(process.env.USERMETA_TEST_TRIES ?? 40);
const WITHIN = 1.1;
/** Another program may have had the machine while one kind was tried more than while another was. */
const RUNS = 3;

interface Kind {
  /** A name for each try: none is guessed at so often that it is held back. */
  readonly username: (attempt: string) => string;
  readonly password: string;
  readonly status: number;
}

const KINDS: Readonly<Record<string, Kind>> = {
  "a wrong password": { username: (attempt) => `active-${attempt}`, password: "wrong", status: 400 },
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

/** How long each kind takes, ms. The tries take turns, so that what slows one kind down slows all. */
async function measure({ base }: TestService, run: number): Promise<Map<string, number[]>> {
  const kinds = Object.entries(KINDS);
  const taken = new Map(kinds.map(([name]): [string, number[]] => [name, []]));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    for (const [index, [name, { username, password, status }]] of shuffled(kinds).entries()) {
      const address = `10.${run}.${attempt}.${index}`;
      const began = performance.now();
      const answer = await logIn(base, { address, username: username(`${run}.${attempt}`), password });
      taken.get(name)?.push(performance.now() - began);
      expect([name, answer.status]).toEqual([name, status]);
    }
  }
  return taken;
}

test("whatever is wrong with a log-in, it takes the same time", async () => {
  await using service = await startTestService({ settings: BEHIND_PROXY, parts: { passwords: argon2id } });
  await signIn(service);
  await prepare(service);
  for (let run = 0; run < RUNS; run++) {
    const taken = await measure(service, run);
    if (process.env.USERMETA_TEST_TRIES !== undefined) console.table(Object.fromEntries([...taken].map(summary)));
    const quartiles = [...taken.values()].map(quartile);
    const ratio = Math.max(...quartiles) / Math.min(...quartiles);
    if (ratio < WITHIN) break;
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

/** The first one: on a machine with other work means say more of that than of the server. */
function quartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? 0;
}

function summary([name, values]: readonly [string, readonly number[]]): [string, { quartile: number; mean: number }] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [name, { quartile: quartile(values), mean }];
}
