import { expect, test } from "bun:test";
import type { UserName } from "../../../src/core/model.ts";
import type { Passwords } from "../../../src/core/ports.ts";
import { createPasswords } from "../../../src/system/passwords.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

const ADA = "ada" as UserName; // as: a legal name

/** The real queue, with one place to work and one to wait, told when a check has begun. */
function shortQueue(): { readonly passwords: Passwords; readonly checking: (count: number) => Promise<void> } {
  const queue = createPasswords({ concurrent: 1, waitingMax: 1 });
  let begun = 0;
  let watch = () => {};
  return {
    passwords: {
      hash: (password) => queue.hash(password),
      verify(password, hash) {
        const result = queue.verify(password, hash);
        begun += 1;
        watch();
        return result;
      },
    },
    checking: (count) =>
      new Promise((resolve) => {
        watch = () => {
          if (begun >= count) resolve();
        };
        watch();
      }),
  };
}

test("when the password queue is full a login is sent away for a second, and nothing else waits", async () => {
  const { passwords, checking } = shortQueue();
  await using service = await startTestService({ parts: { passwords } });
  const admin = await signIn(service);
  // So dear that the first check is still under way when the last login has been answered.
  const passwordHash = await Bun.password.hash("secret", { algorithm: "argon2id", memoryCost: 65_536, timeCost: 8 });
  const user = { id: crypto.randomUUID(), name: ADA, passwordHash, nickname: null, created: Date.now() };
  await service.store.insertUsers(service.app.number, [user]);
  const login = () =>
    send("POST", `${service.base}/token`, { json: { grant_type: "password", username: "ada", password: "secret" } });

  const admitted = [login(), login()];
  await checking(2);
  const settled: string[] = [];
  const first = Promise.race(admitted).then(() => settled.push("login"));
  for (let n = 0; n < 5; n++) {
    const answer = await login();
    expectAccountError(answer, { status: 503, error: "service_unavailable", text: "Service Unavailable" });
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  expect((await admin.get("ada")).status).toBe(200);
  settled.push("the others");

  await first;
  expect(settled).toEqual(["the others", "login"]);
  for (const answer of await Promise.all(admitted)) expect(answer.status).toBe(200);
  expect((await login()).status).toBe(200);
  expect(service.faults).toEqual([]);
}, 20_000);
