import { expect, test } from "bun:test";
import { signIn } from "../harness/client.ts";
import { startTestService } from "../harness/service.ts";
import { withhold } from "../harness/withheld.ts";

/** Longer than the runtime's own limit for a connection without an answer: 30 s, and steps of 4 s. */
const SECONDS = 38;
const PART = "x".repeat(1000);
const USER = "/org/app/metadata/user/ada";

test("a body of 1 kB a second succeeds, however long the runtime would wait for it", async () => {
  await using service = await startTestService({ app: { userBytesMax: 262_144 } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const put = { method: "PUT", path: USER, token: admin.token };
  await using announced = await withhold(service.origin, {
    ...put,
    announced: 4 + SECONDS * PART.length,
    sent: "ext=",
  });
  await using chunked = await withhold(service.origin, { ...put, announced: "chunked", sent: "4\r\next=\r\n" });
  const answers = Promise.all([announced.answer(), chunked.answer()]);
  for (let second = 0; second < SECONDS; second++) {
    await Bun.sleep(1000);
    announced.write(PART);
    chunked.write(`3e8\r\n${PART}\r\n`);
  }
  chunked.write("0\r\n\r\n");
  expect((await answers).map(({ status }) => status)).toEqual([200, 200]);
  for (const connection of [announced, chunked]) {
    const headers = [["Authorization", `Bearer ${admin.token}`]] as const;
    expect((await connection.call("GET", USER, { headers })).body.data.ext.length).toBe(SECONDS * PART.length);
  }
  expect(service.faults).toEqual([]);
}, 60_000);
