import { expect, test } from "bun:test";
import { StoreFailure } from "../../src/core/faults/store-failure.ts";
import { Refusal } from "../../src/core/refusals.ts";
import type { ProcessParts } from "../../src/process-parts.ts";
import { answerCall, createProcessCalls } from "../../src/workers/process-calls.ts";

/** Both ends, with a real message's copying between them. */
function connected(passwords: Partial<ProcessParts["passwords"]>): ProcessParts {
  const missing = () => Promise.reject(new Error("not called in this test"));
  const parts: ProcessParts = {
    passwords: { hash: missing, logIn: missing, countSecret: missing, ...passwords },
    outside: { hostedUser: missing, keySet: missing },
    probe: { check: missing },
    pages: { folder: missing },
  };
  const calls = createProcessCalls((call) => {
    void answerCall(parts, structuredClone(call)).then((answer) => calls.receive(structuredClone(answer)));
  });
  return calls.parts;
}

const asker = { address: "10.0.0.1", account: undefined };

test("a call transfers its arguments and its result, and many may be in flight", async () => {
  const { passwords } = connected({
    hash: async ({ address, account }, password) => {
      if (password === "1") await Bun.sleep(1);
      return `${address} ${account} ${password}`;
    },
  });
  const results = await Promise.all(["1", "2", "3"].map((password) => passwords.hash(asker, password)));
  expect(results).toEqual(["1", "2", "3"].map((password) => `10.0.0.1 undefined ${password}`));
});

test("a refusal is the same refusal on the other side", async () => {
  const refused = { code: "rate_exceeded", retryAfterMs: 4000, rateLimit: undefined } as const;
  const { passwords } = connected({
    countSecret() {
      throw new Refusal(refused);
    },
  });
  const error: unknown = await passwords.countSecret(asker, true).catch((caught) => caught);
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ refused });
});

test("a failure of the store also says on the other side whether anything was stored", async () => {
  const { passwords } = connected({ hash: () => Promise.reject(new StoreFailure("away", true, new Error("gone"))) });
  const error: unknown = await passwords.hash(asker, "secret").catch((caught) => caught);
  expect(error).toBeInstanceOf(StoreFailure);
  expect(error).toMatchObject({ nothingStored: true, message: "away", cause: { name: "Error" } });
});

test("any other error keeps its name and its code, and drops its text, which can quote any user", async () => {
  const thrown = Object.assign(new TypeError("no such thing as ada"), { code: "E_NONE" });
  const { passwords } = connected({ hash: () => Promise.reject(thrown) });
  const error: unknown = await passwords.hash(asker, "secret").catch((caught) => caught);
  expect(error).toMatchObject({ name: "TypeError", message: "TypeError", code: "E_NONE" });
  expect(Bun.inspect(error)).not.toContain("ada");
});
