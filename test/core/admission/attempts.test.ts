import { expect, test } from "bun:test";
import type { Asker } from "../../../src/core/admission/asker.ts";
import { createAttempts } from "../../../src/core/admission/attempts.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createTestTimers } from "../../harness/test-timers.ts";

function ledger() {
  const timers = createTestTimers();
  const attempts = createAttempts({ resource: "attempts", timers });
  /** The seconds that an attempt is told to wait, or 0 for an admitted one. */
  const attempt = async (asker: Asker, outcome: "failed" | "succeeded" | "abandoned"): Promise<number> => {
    try {
      (await attempts.begin(asker))[outcome]();
      return 0;
    } catch (error) {
      if (error instanceof Refusal && error.refused.code === "rate_exceeded") return error.refused.retryAfterMs / 1000;
      throw error;
    }
  };
  const fail = async (asker: Asker, count: number): Promise<number[]> => {
    const waits: number[] = [];
    for (let index = 0; index < count; index++) waits.push(await attempt(asker, "failed"));
    return waits;
  };
  return { timers, attempts, attempt, fail };
}

const ada = (address: string): Asker => ({ address, account: "1/ada" });

test("after five failures each further attempt is told to wait twice as long, up to a minute", async () => {
  const { fail, timers } = ledger();
  // Real times are not whole numbers, nor are their differences.
  await timers.advance(1234.1);
  expect(await fail(ada("a"), 13)).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
});

test("a client that waits as told is admitted once, and then told to wait twice as long", async () => {
  const { fail, timers } = ledger();
  await fail(ada("a"), 6);
  await timers.advance(1000);
  expect(await fail(ada("a"), 2)).toEqual([0, 2]);
  await timers.advance(2000);
  expect(await fail(ada("a"), 2)).toEqual([0, 4]);
});

test("failures are over after a minute, and a success ends them", async () => {
  const { fail, attempt, timers } = ledger();
  await fail(ada("a"), 8);
  await timers.advance(60_001);
  expect(await fail(ada("a"), 4)).toEqual([0, 0, 0, 0]);
  await attempt(ada("a"), "succeeded");
  expect(await fail(ada("a"), 6)).toEqual([0, 0, 0, 0, 0, 1]);
});

test("concurrent attempts are no way around: they wait for those in flight", async () => {
  const { attempts } = ledger();
  const begun = await Promise.all(Array.from({ length: 5 }, () => attempts.begin(ada("a"))));
  const sixth = attempts.begin(ada("a"));
  for (const each of begun) each.failed();
  expect(sixth).rejects.toMatchObject({ refused: { code: "rate_exceeded" } });
});

test("all waiting attempts get the same answer when those in flight have failed", async () => {
  const { attempts } = ledger();
  const begun = await Promise.all(Array.from({ length: 5 }, () => attempts.begin(ada("a"))));
  const waiting = Array.from({ length: 10 }, () => attempts.begin(ada("a")));
  for (const each of begun) each.failed();
  const refused = { code: "rate_exceeded", retryAfterMs: 1000, rateLimit: undefined };
  const results = await Promise.allSettled(waiting);
  expect(results).toMatchObject(Array(10).fill({ status: "rejected", reason: { refused } }));
  expect(attempts.begin(ada("a"))).rejects.toMatchObject({ refused: { ...refused, retryAfterMs: 2000 } });
});

test("an attempt refused for its account takes no other's turn at a limited address", async () => {
  const { attempt, fail, timers } = ledger();
  await fail(ada("a"), 5);
  for (let index = 0; index < 95; index++) await attempt({ address: "a", account: `1/user${index}` }, "failed");
  expect(await fail(ada("a"), 3)).toEqual([1, 2, 4]);
  expect(await attempt({ address: "a", account: "1/bob" }, "succeeded")).toBe(0);
  expect(await attempt({ address: "a", account: "1/cyd" }, "succeeded")).toBe(1);
  await timers.advance(1000);
  expect(await attempt({ address: "a", account: "1/cyd" }, "succeeded")).toBe(0);
});

test("a random secret is held back at the address that guesses alone", async () => {
  const { attempts } = ledger();
  const backend = (address: string) => attempts.begin({ address, account: "1" }, { ownAddressOnly: true });
  for (let index = 0; index < 60; index++) (await backend(`bot${index}`)).failed();
  for (let index = 0; index < 5; index++) (await backend("bot")).failed();
  expect(backend("bot")).rejects.toMatchObject({ refused: { code: "rate_exceeded", retryAfterMs: 1000 } });
  (await backend("home")).succeeded();
});

test("many concurrent logins of one person all succeed", async () => {
  const { attempts } = ledger();
  const logIn = async () => (await attempts.begin(ada("a"))).succeeded();
  await Promise.all(Array.from({ length: 15 }, logIn));
});

test("another address and another account are not affected", async () => {
  const { fail } = ledger();
  await fail(ada("a"), 10);
  expect(await fail(ada("b"), 1)).toEqual([0]);
  expect(await fail({ address: "a", account: "1/bob" }, 1)).toEqual([0]);
});

test("after a hundred failures in a minute an address is held to one attempt a second", async () => {
  const { attempt, timers } = ledger();
  const other = (index: number): Asker => ({ address: "a", account: `1/user${index}` });
  for (let index = 0; index < 100; index++) expect(await attempt(other(index), "failed")).toBe(0);
  expect(await attempt(other(100), "succeeded")).toBe(0);
  expect(await attempt(other(101), "succeeded")).toBe(1);
  await timers.advance(1000);
  expect(await attempt(other(102), "failed")).toBe(0);
  expect(await attempt(other(103), "failed")).toBe(1);
  expect(await attempt({ address: "b", account: "1/user1" }, "succeeded")).toBe(0);
});

test("an attempt that never ended still counts for the address", async () => {
  const { attempt } = ledger();
  for (let index = 0; index < 100; index++) await attempt({ address: "a", account: `1/u${index}` }, "abandoned");
  expect(await attempt({ address: "a" }, "failed")).toBe(0);
  expect(await attempt({ address: "a" }, "failed")).toBe(1);
});

test("an account guessed at from everywhere is slow for unknown addresses, and not for its owner", async () => {
  const { attempt } = ledger();
  await attempt(ada("home"), "succeeded");
  for (let index = 0; index < 20; index++) expect(await attempt(ada(`bot${index}`), "failed")).toBe(0);
  expect(await attempt(ada("bot21"), "failed")).toBe(0);
  expect(await attempt(ada("bot22"), "failed")).toBe(1);
  expect(await attempt(ada("home"), "succeeded")).toBe(0);
});
