import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import type { App, User } from "../../src/core/model.ts";
import type { ServedApp } from "../../src/core/registry.ts";
import { createTrustedCallers } from "../../src/core/trusted-callers.ts";
import type { TokenVerifier } from "../../src/core/trusted-token.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemDigest } from "../../src/system/digest.ts";

const ASKER = () => ({ address: "192.0.2.1" });
// as: nothing else of them is asked for
const APP = { id: "app", tokensValidAfter: 0, adminTokensValidAfter: 0 } as App;
const SERVED = { app: APP } as ServedApp;

/** Takes every token for one of the user whose number it ends with, without making users. */
function trustingAll() {
  let digests = 0;
  const verifier: TokenVerifier = {
    takes: () => true,
    verify: async (text) => ({
      bearer: { kind: "user", name: `user${text.slice(text.lastIndexOf(".") + 1)}` },
      issued: systemClock.now(),
      expires: systemClock.now() + 600_000,
    }),
  };
  const callers = createTrustedCallers({
    verifiers: () => [verifier],
    store: {
      // as: nothing else of a user is asked for
      user: (_app, name) => ({ id: `id of ${name}`, name, activated: true, tokensValidAfter: 0 }) as User,
      userById: () => undefined,
    },
    accounts: { ensure: async () => undefined },
    clock: systemClock,
    digest: {
      sha256Base64(text) {
        digests += 1;
        return systemDigest.sha256Base64(text);
      },
    },
  });
  return { callers, digests: () => digests };
}

const TOKENS = 3000;
const TOKEN_CHARACTERS = 7600;

/** As it comes out of a header, of which it is a part. */
function tokenOf(user: number): string {
  return `Bearer eyJ${"x".repeat(TOKEN_CHARACTERS)}.${user}`.slice("Bearer ".length);
}

function heapBytes(): number {
  Bun.gc(true);
  return heapStats().heapSize;
}

test("thousands of long tokens are remembered without their text", async () => {
  const { callers } = trustingAll();
  await callers.identify(SERVED, tokenOf(0), ASKER);
  const before = heapBytes();
  for (let user = 1; user <= TOKENS; user++) await callers.identify(SERVED, tokenOf(user), ASKER);
  expect(heapBytes() - before).toBeLessThan((TOKENS * TOKEN_CHARACTERS) / 4);
  for (let user = 1; user <= TOKENS; user++) {
    expect(callers.recall(SERVED, tokenOf(user))?.caller).toMatchObject({ name: `user${user}` });
  }
});

test("a token that differs in one character is another one", async () => {
  const { callers } = trustingAll();
  const token = tokenOf(1);
  await callers.identify(SERVED, token, ASKER);
  for (const at of [0, 10, 4000, token.length - 1]) {
    const other = `${token.slice(0, at)}y${token.slice(at + 1)}`;
    expect(callers.isKnown(other)).toBe(false);
    expect(callers.recall(SERVED, other)).toBeUndefined();
  }
  expect(callers.isKnown(token)).toBe(true);
});

test("a request that asks for its token several times costs one digest, and one longer than any token none", async () => {
  const { callers, digests } = trustingAll();
  const token = tokenOf(1);
  expect(callers.isKnown(token)).toBe(false);
  expect(callers.recall(SERVED, token)).toBeUndefined();
  await callers.identify(SERVED, token, ASKER);
  expect(callers.recall(SERVED, token)).toBeDefined();
  expect(digests()).toBe(1);
  expect(callers.recall(SERVED, "x".repeat(9000))).toBeUndefined();
  expect(callers.isKnown("x".repeat(9000))).toBe(false);
  expect(digests()).toBe(1);
});
