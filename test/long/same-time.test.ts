import { expect, test } from "bun:test";
import { argon2id } from "../../src/system/passwords.ts";
import { BEHIND_PROXY } from "../harness/from-address.ts";
import { startTestService, type TestService } from "../harness/service.ts";
import { KINDS, PROBES, prepareUsers } from "../wire/log-ins/failing-log-ins.ts";
import { logIn } from "../wire/log-ins/log-in.ts";

/** `USERMETA_TEST_TRIES=200` for the figures that docs/decisions/0017-log-ins.md promises. */
const TRIES = Number(process.env.USERMETA_TEST_TRIES ?? 40);
const WITHIN = 1.1;
/** When other programs use the machine, equal kinds differ, too: more tries are more exact. */
const RUNS = 3;

/** Adds the duration of each kind, ms. The tries take turns, so that a delay affects all kinds. */
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

test("all failures of a login take the same time", async () => {
  await using service = await startTestService({ settings: BEHIND_PROXY, parts: { passwords: argon2id } });
  await prepareUsers(service, RUNS, TRIES);
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

/** The ratio of the slowest of these kinds to the fastest. */
function spread(taken: ReadonlyMap<string, readonly number[]>, kinds: readonly string[]): number {
  const each = kinds.map((name) => undisturbed(taken.get(name) ?? []));
  return Math.max(...each) / Math.min(...each);
}

/** The mean of the fastest tenth, ms: the means of all depend more on a busy machine than on the server. */
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
