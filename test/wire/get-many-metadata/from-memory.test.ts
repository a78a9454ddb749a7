import { expect, test } from "bun:test";
import fc from "fast-check";
import { signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const USERS = 12;
const SPELLINGS = [
  ...Array.from({ length: USERS }, (_, user) => `user${user}`),
  ...Array.from({ length: USERS }, (_, user) => `User${user}`),
  "nobody.here",
  "without",
  "no name",
  "Ä",
];

/** The answer as it must be, made of what each user was set to. */
function expected(
  targets: readonly string[],
  stored: ReadonlyMap<string, { readonly data: unknown; readonly modified: number }>,
): { data: Record<string, unknown>; lastModified: Record<string, number> } {
  const data: Record<string, unknown> = {};
  const lastModified: Record<string, number> = {};
  for (const target of targets) {
    const found = stored.get(target.toLowerCase());
    if (found === undefined) continue;
    data[target] = found.data;
    lastModified[target] = found.modified;
  }
  return { data, lastModified };
}

/** On SQLite whatever the run's engine is: only its answers are put together from copies in memory. */
test("answers from memory, in part or not, are those of the store, between sets and for any list of users", async () => {
  await using service = await startTestService({ engine: "sqlite" });
  const admin = await signIn(service);
  const stored = new Map<string, { data: unknown; modified: number }>();
  for (let user = 0; user < USERS; user++) await admin.newUser(`user${user}`);
  await admin.newUser("without");
  const headers = { Authorization: `Bearer ${admin.token}` };
  const step = fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record({
        user: fc.nat(USERS - 1),
        attributes: fc.dictionary(fc.constantFrom("a", "b", "名字"), fc.string({ unit: "grapheme", minLength: 1 }), {
          minKeys: 1,
        }),
      }),
    },
    { weight: 3, arbitrary: fc.array(fc.constantFrom(...SPELLINGS), { maxLength: 40 }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      for (const wanted of steps) {
        if (Array.isArray(wanted)) {
          const answer = await fetch(`${service.base}/metadata/user/get`, {
            method: "POST",
            headers,
            body: JSON.stringify({ targets: wanted }),
          });
          const { timestamp, duration, ...body } = (await answer.json()) as Record<string, unknown>; // as: an object
          expect([typeof timestamp, typeof duration, body]).toEqual(["number", "number", expected(wanted, stored)]);
        } else {
          const { body } = await admin.set(`user${wanted.user}`, wanted.attributes);
          stored.set(`user${wanted.user}`, { data: body.data, modified: body.lastModified });
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(service.faults).toEqual([]);
}, 60_000);

test("many answers at the same time, from one memory, are each their own", async () => {
  await using service = await startTestService({ engine: "sqlite" });
  const admin = await signIn(service);
  const sizes = [1, 40, 400, 900];
  for (let user = 0; user < 40; user++) {
    await admin.newUser(`user${user}`);
    await admin.set(`user${user}`, { nickname: `${user}`.repeat(sizes[user % sizes.length] ?? 1) });
  }
  const ask = async (turn: number): Promise<void> => {
    const targets = Array.from({ length: 1 + (turn % 37) }, (_, index) => `user${(turn * 7 + index) % 40}`);
    const answer = await fetch(`${service.base}/metadata/user/get`, {
      method: "POST",
      headers: { Authorization: `Bearer ${admin.token}` },
      body: JSON.stringify({ targets }),
    });
    const { data } = (await answer.json()) as { data: Record<string, { nickname: string }> }; // as: the documented shape
    expect(Object.keys(data)).toEqual([...new Set(targets)]);
    for (const [name, { nickname }] of Object.entries(data)) expect(nickname.startsWith(name.slice(4))).toBe(true);
  };
  for (let turn = 0; turn < 640; turn += 32) await Promise.all(Array.from({ length: 32 }, (_, n) => ask(turn + n)));
  expect(service.faults).toEqual([]);
}, 60_000);
