import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

test("a batch that reads much lets small requests through that come after it, and is whole", async () => {
  await using service = await startTestService({ app: { userBytesMax: 262_144, batchMax: 1000 } });
  const admin = await signIn(service);
  const ext = "x".repeat(200_000);
  const names = Array.from({ length: 100 }, (_, index) => `user${index}`);
  for (const name of names) {
    await admin.newUser(name);
    await admin.set(name, { ext, nickname: name });
  }
  const headers = [["Authorization", `Bearer ${admin.token}`]] as const;
  await using large = await connectRaw(service.origin);
  await using small = await connectRaw(service.origin);
  await small.call("GET", "/-/health");

  const answered: string[] = [];
  // A small answer, which would come first if it were made in one go.
  const body = JSON.stringify({ targets: names, properties: ["nickname"] });
  const batch = large.call("POST", "/org/app/metadata/user/get", { headers, body });
  const reads = small.call("GET", "/org/app/metadata/user/capacity", { headers });
  await Promise.all([batch.then(() => answered.push("batch")), reads.then(() => answered.push("capacity"))]);
  expect(answered).toEqual(["capacity", "batch"]);
  expect((await batch).body.data).toEqual(Object.fromEntries(names.map((name) => [name, { nickname: name }])));
}, 20_000);
