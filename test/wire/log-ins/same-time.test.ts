import { expect, test } from "bun:test";
import type { Store } from "../../../src/core/ports/store.ts";
import type { PasswordHasher } from "../../../src/core/ports/system/password-hasher.ts";
import { argon2id } from "../../../src/system/passwords.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { BEHIND_PROXY } from "../../harness/from-address.ts";
import { startTestService } from "../../harness/service.ts";
import { KINDS, prepareUsers } from "./failing-log-ins.ts";
import { logIn } from "./log-in.ts";

// So it takes the same time, which test/long/same-time.test.ts measures.
test("whatever is wrong with a log-in, the same rows are read and one hash of the same cost is verified", async () => {
  const steps: string[] = [];
  const passwords: PasswordHasher = {
    ...argon2id,
    verify(password, hash) {
      steps.push(`verify ${hash.split("$").slice(1, 4).join(" ")}`);
      return argon2id.verify(password, hash);
    },
  };
  const wrap = (store: Store): Store => ({
    ...delegateStore(store),
    app(number) {
      steps.push("app");
      return store.app(number);
    },
    user(app, name) {
      steps.push("user");
      return store.user(app, name);
    },
  });
  await using service = await startTestService({ settings: BEHIND_PROXY, parts: { passwords }, wrap });
  await prepareUsers(service, 1, 1);
  for (const [name, { username, password, status }] of Object.entries(KINDS)) {
    steps.length = 0;
    const answer = await logIn(service.base, { address: "10.0.0.1", username: username("0.0"), password });
    expect([name, answer.status, ...steps]).toEqual([
      name,
      status,
      "app",
      "user",
      "verify argon2id v=19 m=19456,t=2,p=1",
    ]);
  }
});
