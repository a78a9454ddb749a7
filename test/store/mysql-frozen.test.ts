import { describe, expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { freshDatabaseOn, makeAccount, mariadbIsMissing } from "../harness/mariadb.ts";
import { MariadbServer } from "../harness/mariadb-server.ts";
import { startTestService } from "../harness/service.ts";
import { expectExactCapacity, readEveryUser } from "../races/stored.ts";

const USERS = 24;
/** Concurrently on every user, so that some wait for their turn. */
const CALLERS_OF_USER = 3;
const TEST_TIMEOUT_MS = 120_000;
/** A read and a write, each within its timeout. */
const ANSWERED_WITHIN_MS = 2000;
/** On a busy machine, calls that end together wait for each other, as the slowest did while the database answered. */
const WAITS_BESIDE = 3;
/** The time for answers while the database is frozen, and afterwards. */
const FROZEN_ANSWERS = 400;

interface SetAnswer {
  readonly user: string;
  readonly key: string;
  readonly status: number;
  readonly ms: number;
}

describe.skipIf(mariadbIsMissing())("a database that is frozen under load", () => {
  for (const timeoutMs of [1000, 10_000]) {
    test(
      `and thaws (timeout=${timeoutMs}): 200 is stored, 503 is not, and the sums are exact`,
      async () => {
        await using server = await MariadbServer.start();
        await makeAccount(server);
        await using database = await freshDatabaseOn([server]);
        const storeUrl = `${database.url}?timeout=${timeoutMs}`;
        await using service = await startTestService({ app: { conflicts: "merge" }, storeUrl });
        const admin = await signIn(service);
        const users = Array.from({ length: USERS }, (_, n) => `u${n}`);
        for (const user of users) await admin.newUser(user);

        const sets: SetAnswer[] = [];
        const reads: number[] = [];
        const slowestOf = (): number => Math.max(...sets.map(({ ms }) => ms));
        let isLoading = true;
        const callers = users.flatMap((user) =>
          Array.from({ length: CALLERS_OF_USER }, async (_, caller) => {
            for (let n = 0; isLoading; n++) {
              const key = `c${caller}n${n}`;
              const from = performance.now();
              const { status } = await admin.set(user, { [key]: "v" });
              sets.push({ user, key, status, ms: performance.now() - from });
              if (caller === 0) reads.push((await admin.get(user)).status);
              // A caller that is told to retry after a second does so sooner here, but not immediately.
              if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
            }
          }),
        );
        const answered = (count: number) => async (): Promise<void> => expect(sets.length).toBeGreaterThan(count);
        await eventually(answered(USERS * CALLERS_OF_USER * 3), TEST_TIMEOUT_MS);
        const free = slowestOf();
        server.pause();
        const refused = (): number => sets.filter(({ status }) => status === 503).length;
        await eventually(async () => expect(refused()).toBeGreaterThan(FROZEN_ANSWERS / 10), TEST_TIMEOUT_MS);
        server.resume();
        const before = sets.length;
        await eventually(answered(before + FROZEN_ANSWERS), TEST_TIMEOUT_MS);
        isLoading = false;
        await Promise.all(callers);

        // At rest: every call in flight has ended.
        await eventually(async () => expect((await admin.set("u0", { last: "v" })).status).toBe(200), TEST_TIMEOUT_MS);
        const stored = await readEveryUser(service, admin);
        const isStored = ({ user, key }: SetAnswer): boolean => Object.hasOwn(stored.get(user) ?? {}, key);
        expect(sets.filter((set) => set.status === 200 && !isStored(set))).toEqual([]);
        expect(sets.filter((set) => set.status === 503 && isStored(set))).toEqual([]);
        expect(sets.filter(({ status }) => ![200, 503, 500].includes(status))).toEqual([]);
        // A read has no unknown outcome.
        expect(reads.filter((status) => ![200, 503].includes(status))).toEqual([]);
        if (timeoutMs === 1000) expect(slowestOf()).toBeLessThan(ANSWERED_WITHIN_MS + WAITS_BESIDE * free);
        await expectExactCapacity(service, admin);
        expect((await send("GET", `${service.origin}/-/ready`)).status).toBe(200);
      },
      TEST_TIMEOUT_MS,
    );
  }
});
