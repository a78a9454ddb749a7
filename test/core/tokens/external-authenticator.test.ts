import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import type { ResolvedApp } from "../../../src/core/apps/registry.ts";
import { NO_IDENTITY } from "../../../src/core/identity-settings.ts";
import type { App, User, UserName } from "../../../src/core/model.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createExternalAuthenticator } from "../../../src/core/tokens/external-authenticator.ts";
import type { TokenVerifier } from "../../../src/core/tokens/external-token.ts";
import type { RefusedToken } from "../../../src/core/tokens/refused-tokens.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemDigest } from "../../../src/system/digest.ts";

const ASKER = () => ({ address: "192.0.2.1" });
// as: nothing else of them is asked for
const APP = { id: "app", tokensValidAfter: 0, adminTokensValidAfter: 0, identity: NO_IDENTITY } as App;
const SERVED = { app: APP } as ResolvedApp;

/** Accepts every token as one of the user whose number it ends with. @param isEmpty no user is there yet */
function trustingAll(isEmpty = false) {
  let digests = 0;
  let made = 0;
  const verifier: TokenVerifier = {
    kind: "jwt",
    takes: () => true,
    verify: async (text) => ({
      bearer: { kind: "user", name: `user${text.slice(text.lastIndexOf(".") + 1)}` },
      issued: systemClock.now(),
      expires: systemClock.now() + 600_000,
    }),
  };
  const callers = createExternalAuthenticator({
    verifiers: () => [verifier],
    store: {
      user: (_app, name) => (isEmpty ? undefined : userOf(name)),
      userById: () => undefined,
    },
    accounts: {
      async ensure(_app, name) {
        made += 1;
        return userOf(name);
      },
    },
    clock: systemClock,
    digest: {
      sha256Base64(text) {
        digests += 1;
        return systemDigest.sha256Base64(text);
      },
    },
    events: { tokenRefused: () => {} },
  });
  return { callers, digests: () => digests, made: () => made };
}

function userOf(name: UserName): User {
  // as: nothing else of a user is asked for
  return { id: `id of ${name}`, name, activated: true, tokensValidAfter: 0 } as User;
}

const TOKENS = 3000;
const TOKEN_CHARACTERS = 7600;

/** As a part of a header's text. */
function tokenOf(user: number): string {
  return `Bearer eyJ${"x".repeat(TOKEN_CHARACTERS)}.${user}`.slice("Bearer ".length);
}

function heapBytes(): number {
  Bun.gc(true);
  return heapStats().heapSize;
}

test("thousands of long tokens are cached without their text", async () => {
  const { callers } = trustingAll();
  await callers.authenticate(SERVED, tokenOf(0), ASKER);
  const before = heapBytes();
  for (let user = 1; user <= TOKENS; user++) await callers.authenticate(SERVED, tokenOf(user), ASKER);
  expect(heapBytes() - before).toBeLessThan((TOKENS * TOKEN_CHARACTERS) / 4);
  for (let user = 1; user <= TOKENS; user++) {
    expect(callers.lookup(SERVED, tokenOf(user))?.caller).toMatchObject({ name: `user${user}` });
  }
});

test("a token that differs in one character is another one", async () => {
  const { callers } = trustingAll();
  const token = tokenOf(1);
  await callers.authenticate(SERVED, token, ASKER);
  for (const at of [0, 10, 4000, token.length - 1]) {
    const other = `${token.slice(0, at)}y${token.slice(at + 1)}`;
    expect(callers.isCached(other)).toBe(false);
    expect(callers.lookup(SERVED, other)).toBeUndefined();
  }
  expect(callers.isCached(token)).toBe(true);
});

test("a request that asks for its token several times costs one digest, and one longer than any token none", async () => {
  const { callers, digests } = trustingAll();
  const token = tokenOf(1);
  expect(callers.isCached(token)).toBe(false);
  expect(callers.lookup(SERVED, token)).toBeUndefined();
  await callers.authenticate(SERVED, token, ASKER);
  expect(callers.lookup(SERVED, token)).toBeDefined();
  expect(digests()).toBe(1);
  expect(callers.lookup(SERVED, "x".repeat(17_000))).toBeUndefined();
  expect(callers.isCached("x".repeat(17_000))).toBe(false);
  expect(digests()).toBe(1);
});

test("only identifying a token creates no user", async () => {
  const { callers, made } = trustingAll(true);
  const options = { makesUser: false };
  const token = tokenOf(1);
  for (const asked of [
    callers.authenticate(SERVED, token, ASKER, options),
    callers.principal(SERVED, token, ASKER, options),
  ]) {
    const error: unknown = await asked.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ refused: { code: "token_unknown", fault: { failed: "claim" } } });
  }
  expect(made()).toBe(0);
  expect((await callers.authenticate(SERVED, token, ASKER)).isUserNew).toBe(true);
  expect(made()).toBe(1);
});

test("a token whose name or id matches two users identifies none", async () => {
  const id = "6b1f3c1e-0000-4000-8000-000000000001";
  const [ada, eve] = [
    { id, name: "ada" },
    { id: "6b1f3c1e-0000-4000-8000-000000000002", name: id },
  ];
  // as: nothing else of a user is asked for
  const [byId, byName] = [ada, eve].map((user) => ({ ...user, activated: true, tokensValidAfter: 0 })) as [User, User];
  const heard: RefusedToken[] = [];
  const asked = async (users: { readonly byName?: User; readonly byId?: User }) => {
    const callers = createExternalAuthenticator({
      verifiers: () => [
        {
          kind: "agora",
          takes: () => true,
          verify: async () => ({ bearer: { kind: "user", nameOrId: id.toUpperCase() }, issued: 1, expires: 9e15 }),
        },
      ],
      store: { user: () => users.byName, userById: () => users.byId },
      accounts: { ensure: async () => undefined },
      clock: systemClock,
      digest: systemDigest,
      events: { tokenRefused: (details) => void heard.push(details) },
    });
    return await callers.authenticate(SERVED, "007", ASKER);
  };
  expect((await asked({ byId })).caller).toMatchObject({ id });
  expect((await asked({ byName })).caller).toMatchObject({ name: id });
  expect((await asked({ byId, byName: byId })).caller).toMatchObject({ id });
  await expect(asked({ byId, byName })).rejects.toThrow("token_unknown");
  expect(heard).toEqual([expect.objectContaining({ kind: "agora", failed: "claim" })]);
  await expect(asked({})).rejects.toThrow("token_unknown");
});
