import { expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import {
  expectAccountError,
  NOT_PERMITTED,
  TOKEN_CORRUPT,
  TOKEN_EXPIRED,
  TOKEN_MISSING,
  TOKEN_UNKNOWN,
} from "../harness/expect-account.ts";
import { quickPasswords } from "../harness/quick-passwords.ts";
import { startTestService } from "../harness/service.ts";
import { createTestClock } from "../harness/test-clock.ts";
import { flipBit } from "./flip-bit.ts";

/** A call of the app `org/app` with a user `ada`, which its admin may make. */
export interface GuardedCall {
  readonly method: string;
  /** Below the app's prefix. */
  readonly path: string;
  readonly json?: unknown;
  /** Whether ada herself may make it. */
  readonly self: "allowed" | "refused";
}

const TTL_MS = 60_000;

/** Tests that every bad bearer is refused with its documented text, and that the call then does nothing. */
export function testBadTokens({ method, path, json, self }: GuardedCall): void {
  test(`${method} ${path} refuses missing and bad tokens, and those of other apps and users, and does nothing`, async () => {
    const clock = createTestClock();
    await using service = await startTestService({
      parts: { clock, passwords: quickPasswords },
      app: { tokenTtlSeconds: TTL_MS / 1000 },
    });
    const admin = await signIn(service);
    const ada = await admin.newUser("ada");
    const bob = await admin.newUser("bob");
    const otherApp = await service.addApp("org/other");
    const other = await eventually(() => signIn(otherApp));
    const state = async () => await service.store.users(service.app.number, undefined, 100);
    const before = await state();

    const call = (token?: string) =>
      send(method, `${service.base}${path}`, { token, ...(json === undefined ? {} : { json }) });
    expectAccountError(await call(), TOKEN_MISSING);
    expectAccountError(await call("YWMtgarbage"), TOKEN_CORRUPT);
    expectAccountError(await call(flipBit(admin.token, -1)), TOKEN_UNKNOWN);
    expectAccountError(await call(other.token), TOKEN_CORRUPT);
    expectAccountError(await call(await other.newUser("ada")), TOKEN_CORRUPT);
    expectAccountError(await call(bob), NOT_PERMITTED);
    if (self === "refused") expectAccountError(await call(ada), NOT_PERMITTED);

    clock.advance(TTL_MS);
    for (const expired of [admin.token, ada, bob]) expectAccountError(await call(expired), TOKEN_EXPIRED);
    expect(await state()).toEqual(before);
    expect(service.faults).toEqual([]);
  });
}
