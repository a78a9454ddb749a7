import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { startTestService } from "../../harness/service.ts";
import { isPending, withhold } from "../../harness/withheld.ts";
import { knock } from "./revocations.ts";

const OLD = "the-old-operator-key";
const NEW = "the-new-operator-key";

test("a call whose body is arriving when the operator key is replaced is 401, and nothing is stored", async () => {
  await using service = await startTestService({ settings: { operatorKey: OLD } });
  const admin = await signIn(service);
  await admin.register("ada");
  expect((await knock(service.base, OLD)).status).toBe(200);
  const path = `/${service.app.key}/metadata/user/ada`;
  const headers = [["Content-Type", "application/x-www-form-urlencoded"]] as const;
  await using call = await withhold(service.origin, {
    method: "PUT",
    path,
    token: OLD,
    announced: 3,
    sent: "a",
    headers,
  });
  const answer = call.answer();
  expect(await isPending(service.origin, answer)).toBe(true);
  service.reread(NEW);
  await eventually(async () => expect((await knock(service.base, NEW)).status).toBe(200));
  call.write("=1");
  expect((await answer).status).toBe(401);
  expect((await knock(service.base, OLD)).status).toBe(401);
  expect((await admin.get("ada")).body.data).toEqual({});
});
