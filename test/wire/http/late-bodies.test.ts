import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestTimers } from "../../harness/test-timers.ts";
import { isPending, withhold } from "../../harness/withheld.ts";

const USER = "/org/app/metadata/user/ada";
const LATE = { status: 408, error: "request_timeout", text: "Request Timeout" };

const WITHHELD = {
  small: { announced: 100, sent: "ext=x" },
  large: { announced: 1_000_000, sent: "ext=x" },
  chunked: { announced: "chunked", sent: "5\r\next=x\r\n" },
  "chunked, and nothing of it sent": { announced: "chunked" },
} as const;

for (const [what, body] of Object.entries(WITHHELD)) {
  test(`a body that does not come is answered 408, and its connection closed: ${what}`, async () => {
    await using service = await startTestService({ settings: { requestTimeoutS: 1 } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    await using late = await withhold(service.origin, { method: "PUT", path: USER, token: admin.token, ...body });
    const answer = await late.answer();
    expectMetadataError(answer, LATE);
    expect(answer.headers.get("connection")).toBe("close");
    await late.closed;
    expect((await admin.get("ada")).body.data).toEqual({});
    expect(service.faults).toEqual([]);
  });
}

test("a body that comes within its deadline is read, and its connection goes on", async () => {
  const timers = createTestTimers();
  await using service = await startTestService({
    app: { userBytesMax: 262_144 },
    settings: { requestTimeoutS: 60 },
    parts: { timers },
  });
  const admin = await signIn(service);
  const { token } = admin;
  await admin.newUser("ada");
  const body = `ext=${"x".repeat(60_000)}`;
  const [sent, rest] = [body.slice(0, 50_000), body.slice(50_000)];
  await using slow = await withhold(service.origin, { method: "PUT", path: USER, token, announced: body.length, sent });
  const answer = slow.answer();
  expect(await isPending(service.origin, answer)).toBe(true);
  await timers.advance(59_000);
  expect(await isPending(service.origin, answer)).toBe(true);
  slow.write(rest);
  expect((await answer).status).toBe(200);
  await timers.advance(61_000);
  const again = await slow.call("PUT", USER, { headers: [["Authorization", `Bearer ${token}`]], body: "nickname=Ada" });
  expect(again.status).toBe(200);
});

test("a body that keeps 1 kB a second has until the deadline, and one that does not is given up after 20 s", async () => {
  const timers = createTestTimers();
  await using service = await startTestService({ parts: { timers } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const put = { method: "PUT", path: USER, token: admin.token, announced: 1_000_000 };
  await using idle = await withhold(service.origin, { ...put, sent: "ext=x" });
  await using steady = await withhold(service.origin, { ...put, sent: "x".repeat(90_000) });
  await using quick = await withhold(service.origin, { ...put, sent: "x".repeat(200_000) });
  const answers = { idle: idle.answer(), steady: steady.answer(), quick: quick.answer() };
  const areDue = async (atS: number, due: Readonly<Record<keyof typeof answers, boolean>>): Promise<void> => {
    await timers.advance(atS * 1000 - timers.nowMs());
    const pending = Object.entries(answers).map(async ([name, answer]) => [
      name,
      !(await isPending(service.origin, answer)),
    ]);
    expect(Object.fromEntries(await Promise.all(pending))).toEqual(due);
  };

  await areDue(0, { idle: false, steady: false, quick: false });
  await areDue(19, { idle: false, steady: false, quick: false });
  await areDue(21, { idle: true, steady: false, quick: false });
  // 20 seconds, and one for each 1000 bytes.
  await areDue(109, { idle: true, steady: false, quick: false });
  await areDue(111, { idle: true, steady: true, quick: false });
  await areDue(119, { idle: true, steady: true, quick: false });
  await areDue(121, { idle: true, steady: true, quick: true });
  for (const answer of Object.values(answers)) expectMetadataError(await answer, LATE);
});
