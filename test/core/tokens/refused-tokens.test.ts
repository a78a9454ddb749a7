import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import { appKey } from "../../../src/core/model.ts";
import { badToken, Refusal } from "../../../src/core/refusals.ts";
import { type RefusedToken, RefusedTokens } from "../../../src/core/tokens/refused-tokens.ts";
import { createTestClock } from "../../harness/test-clock.ts";

function listening() {
  const heard: RefusedToken[] = [];
  const clock = createTestClock();
  return { heard, clock, refused: new RefusedTokens({ tokenRefused: (details) => void heard.push(details) }, clock) };
}

function app(text: string) {
  const key = appKey(text);
  if (key === undefined) throw new Error(`not a key: ${text}`);
  return { key };
}

const EXPIRED = badToken("token_expired", "expired", "its lifetime is over");
const FORGED = badToken("token_unknown", "signature", "nobody has signed it");

test("each app, kind and reason is logged immediately, and then once a second with the number left out", () => {
  const { heard, clock, refused } = listening();
  for (let time = 0; time < 5; time++) refused.refused(app("a/b"), "jwt", EXPIRED);
  refused.refused(app("a/b"), "jwt", FORGED);
  refused.refused(app("a/b"), "agora", EXPIRED);
  refused.refused(app("a/c"), "jwt", EXPIRED);
  const expired = { app: "a/b", kind: "jwt", failed: "expired", detail: "its lifetime is over", more: 0 } as const;
  const forged = { ...expired, failed: "signature", detail: "nobody has signed it" } as const;
  expect(heard.splice(0)).toEqual([
    expired,
    forged,
    { ...expired, kind: "agora" },
    { ...expired, app: "a/c" },
  ] as never);
  clock.advance(999);
  refused.refused(app("a/b"), "jwt", EXPIRED);
  expect(heard).toEqual([]);
  clock.advance(1);
  refused.refused(app("a/b"), "jwt", EXPIRED);
  expect(heard.splice(0)).toEqual([{ ...expired, more: 5 }] as never);
  clock.advance(-3_600_000);
  refused.refused(app("a/b"), "jwt", EXPIRED);
  expect(heard).toEqual([expired] as never);
});

test("reports of several threads are logged once a second as well", () => {
  const { heard, clock, refused } = listening();
  const told = { app: "a/b", kind: "jwt", failed: "kid", detail: "no such key" } as const;
  for (const more of [0, 7, 2]) refused.tell({ ...told, more });
  clock.advance(1000);
  refused.tell({ ...told, more: 1 });
  expect(heard.map(({ more }) => more)).toEqual([0, 8 + 3 + 1]);
});

test("only refusals of tokens are logged", () => {
  const { heard, refused } = listening();
  for (const error of [new Refusal({ code: "busy", retryAfterMs: 1 }), new Error("no disk"), "x", undefined]) {
    refused.refused(app("a/b"), "jwt", error);
  }
  expect(heard).toEqual([]);
});

test("lines and memory are limited, however many apps and reasons a flood has", () => {
  const { heard, clock, refused } = listening();
  const flood = (round: number) => {
    for (let number = 0; number < 20_000; number++) refused.refused(app(`a/b${round}-${number}`), "jwt", FORGED);
  };
  flood(0);
  Bun.gc(true);
  const before = heapStats().heapSize;
  for (let round = 1; round < 5; round++) {
    clock.advance(1000);
    flood(round);
  }
  Bun.gc(true);
  expect(heapStats().heapSize - before).toBeLessThan(1_000_000);
  expect(heard.length).toBeLessThanOrEqual(5 * 20);
  clock.advance(1000);
  refused.refused(app("a/b"), "jwt", EXPIRED);
  expect(heard.at(-1)).toMatchObject({ app: "a/b", failed: "expired" });
});
