import { expect, test } from "bun:test";
import type { Store } from "../../../src/core/ports/store.ts";
import { send, signIn } from "../../harness/client.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { startTestService } from "../../harness/service.ts";
import { knock } from "./revocations.ts";

/** Counts the store reads that authentication could make. */
function countReads(): { readonly reads: () => number; readonly wrap: (store: Store) => Store } {
  let count = 0;
  const counted = <T>(result: T): T => {
    count += 1;
    return result;
  };
  return {
    reads: () => count,
    wrap: (store) => ({
      ...delegateStore(store),
      apps: () => counted(store.apps()),
      app: (number) => counted(store.app(number)),
      signingKeys: () => counted(store.signingKeys()),
      user: (app, name) => counted(store.user(app, name)),
      users: (app, after, countMax) => counted(store.users(app, after, countMax)),
    }),
  };
}

test("a token that has been seen costs the store nothing", async () => {
  const { reads, wrap } = countReads();
  await using service = await startTestService({ wrap });
  const admin = await signIn(service);
  const tokens = [admin.token, await admin.newUser("ada"), await admin.newUser("bob")];
  for (const token of tokens) await knock(service.base, token);

  const before = reads();
  for (let round = 0; round < 20; round++) {
    for (const token of tokens) {
      expect((await knock(service.base, token)).status).toBe(200);
      expect((await send("GET", `${service.base}/metadata/user/ada`, { token })).status).toBe(200);
    }
  }
  expect(reads() - before).toBe(0);
});

test("a token seen for the first time costs one read at most, a garbled one none, a foreign key's one", async () => {
  const { reads, wrap } = countReads();
  await using service = await startTestService({ wrap });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  const cost = async (token: string): Promise<number> => {
    const before = reads();
    await knock(service.base, token);
    return reads() - before;
  };
  expect(await cost(ada)).toBe(1);
  expect(await cost(ada)).toBe(0);
  expect(await cost("garbage")).toBe(0);
  const foreign = Buffer.from(ada, "base64url");
  foreign.writeUInt32BE(0xffff_fff0, 5);
  expect(await cost(foreign.toString("base64url"))).toBe(1);
});
