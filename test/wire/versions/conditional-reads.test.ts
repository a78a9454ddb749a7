import { expect, test } from "bun:test";
import type { Store } from "../../../src/core/ports/store.ts";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { startTestService, type TestService } from "../../harness/service.ts";

const tagOf = ({ headers }: Answer): string => headers.get("etag") ?? "";

const readOn = ({ base }: TestService, token: string, headers: Readonly<Record<string, string>>): Promise<Answer> =>
  send("GET", `${base}/metadata/user/ada`, { token, headers });

test("a read on a condition answers the version that it names, however many sets there are meanwhile", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const tags = new Map<string, string>();
  let tag = "";
  const set = async (round: number): Promise<void> => {
    const answer = await admin.set("ada", { round: String(round) });
    tag = tagOf(answer);
    tags.set(tag, answer.body.data.round);
  };
  await set(0);
  for (let round = 1; round <= 50; round++) {
    const asked = tag;
    const [, ...answers] = await Promise.all([
      set(round),
      ...Array.from({ length: 6 }, () => readOn(service, admin.token, { "if-match": asked })),
      ...Array.from({ length: 6 }, () => readOn(service, admin.token, { "if-none-match": asked })),
    ]);
    for (const [index, answer] of answers.entries()) {
      const isMatch = index < 6;
      const [same, other] = isMatch ? [200, 412] : [304, 200];
      expect([same, other]).toContain(answer.status);
      expect([answer.status, tagOf(answer) === asked]).toEqual([answer.status, answer.status === same]);
      if (answer.status === 200) expect(answer.body.data.round).toBe(tags.get(tagOf(answer)) ?? "");
    }
  }
});

/** A store in which something happens between the reading of a version and the reading of the attributes. */
function interrupted(): { readonly wrap: (store: Store) => Store; next: () => Promise<unknown> } {
  const interruption = {
    next: (): Promise<unknown> => Promise.resolve(),
    wrap: (store: Store): Store => ({
      ...delegateStore(store),
      async version(app, name, purpose) {
        const version = await store.version(app, name, purpose);
        if (purpose === undefined) await interruption.next();
        return version;
      },
    }),
  };
  return interruption;
}

test("a change between reading the version and the attributes is checked again", async () => {
  const interruption = interrupted();
  await using service = await startTestService({ wrap: interruption.wrap });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const first = tagOf(await admin.set("ada", { nickname: "Ada" }));
  interruption.next = () => admin.set("ada", { nickname: "Bob" });
  const failed = await readOn(service, admin.token, { "if-match": first });
  const second = tagOf(await admin.get("ada"));
  expect([failed.status, failed.body.etag, failed.body.data]).toEqual([412, second, undefined]);

  interruption.next = () => admin.set("ada", { nickname: "Cyd" });
  const changed = await readOn(service, admin.token, { "if-none-match": first });
  expect([changed.status, changed.body.data]).toEqual([200, { nickname: "Cyd" }]);

  interruption.next = () => send("DELETE", `${service.base}/users/ada`, { token: admin.token });
  const gone = await readOn(service, admin.token, { "if-match": "*" });
  expect([gone.status, gone.body.etag]).toEqual([412, undefined]);
});
