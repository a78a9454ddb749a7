import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const ENTRIES = [101, 100_000];

test("the number of users in a batch is checked before their changes", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const post = (what: string, body: string): Promise<Answer> =>
    send("POST", `${service.base}/metadata/user/${what}`, { token, body });
  for (const count of ENTRIES) {
    const ones = Array(count).fill(1).join(",");
    const named = Array.from({ length: count }, (_, index) => `"${index.toString(36)}":[]`).join(",");
    for (const answer of [
      await post("get", `{"targets":[${ones}]}`),
      await post("get", `{"versions":{${named}}}`),
      await post("get", `{"properties":1,"targets":[${ones}]}`),
      await post("set", `{"targets":{${named}}}`),
      await post("set", `{"versions":{"nobody":1},"targets":{${named}}}`),
    ]) {
      expect([count, answer.status, answer.body.desc]).toEqual([count, 403, "exceed allowed batch size 100"]);
    }
  }
});

test("the right to send a list of users is checked before its length, and its length before its entries", async () => {
  await using service = await startTestService({ app: { registration: "open" } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  const post = (token: string | undefined, body: string): Promise<Answer> =>
    send("POST", `${service.base}/users`, { token, body });
  for (const token of [undefined, ada]) {
    for (const list of ["[]", "[1]", `[${Array(61).fill(1).join(",")}]`]) {
      expect([list, (await post(token, list)).status]).toEqual([list, 401]);
    }
  }
  for (const count of [61, 100_000]) {
    const { status, body } = await post(admin.token, `[${Array(count).fill(1).join(",")}]`);
    expect([status, body.error_description]).toEqual([
      400,
      `Request body array size[${count}] had almost reached or been greater than the upper range value[60]`,
    ]);
  }
});
