import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { holdWrites } from "../../harness/held-store.ts";
import { connectRaw, type RawConnection } from "../../harness/raw.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { isPending, withhold } from "../../harness/withheld.ts";

const MIB = 1_048_576;
const USER = "/org/app/metadata/user/ada";

/** The answers to refused requests whose body is withheld; the others wait for their body. */
async function refusedOf(connections: readonly RawConnection[], countMin: number): Promise<readonly Answer[]> {
  const refused: Answer[] = [];
  for (const connection of connections) {
    connection.answer().then((answer) => refused.push(answer), ignored);
  }
  await eventually(async () => expect(refused.length).toBeGreaterThanOrEqual(countMin));
  return refused;
}

function ignored(): void {}

async function withholdMany(
  origin: string,
  count: number,
  token: string,
): Promise<AsyncDisposable & { all: RawConnection[] }> {
  const all: RawConnection[] = [];
  for (let index = 0; index < count; index++) {
    all.push(await withhold(origin, { method: "PUT", path: USER, token, announced: MIB, sent: "ext=x" }));
  }
  return {
    all,
    [Symbol.asyncDispose]: async () => void (await Promise.all(all.map((each) => each[Symbol.asyncDispose]()))),
  };
}

function isFree(service: TestService, token: string): Promise<Answer> {
  return eventually(async () => {
    // Takes all of the smallest budget that can be configured, so that earlier requests may have left nothing.
    const answer = await send("PUT", `${service.base}/metadata/user/ada`, {
      token,
      form: `ext=${"x".repeat(MIB - 4)}`,
    });
    expect(answer.status).toBe(403);
    return answer;
  });
}

test("bodies that are announced and withheld are refused before they are read, once they hold their share", async () => {
  await using service = await startTestService({ settings: { bodiesBytesMax: 8 * MIB } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  await admin.newUser("bob");
  await using withheld = await withholdMany(service.origin, 12, ada);

  // An account gets half of the budget; two thirds where two threads serve, each of which knows its own only.
  const refused = await refusedOf(withheld.all, 6);
  expect(refused.length).toBeLessThanOrEqual(8);
  for (const answer of refused) {
    expectMetadataError(answer, { status: 503, error: "service_unavailable", text: "Service Unavailable" });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer.headers.get("connection")).not.toBe("close");
  }
  // The same address, another account: a body as large, and a small one.
  expect((await admin.set("bob", `ext=${"x".repeat(MIB - 4)}`)).status).toBe(403);
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(200);
  expect(service.faults).toEqual([]);
});

test("a connection stays open after a refused body once the body has been sent", async () => {
  await using service = await startTestService({ settings: { bodiesBytesMax: 2 * MIB } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  await using withheld = await withholdMany(service.origin, 2, ada);
  const late = await withhold(service.origin, { method: "PUT", path: USER, token: ada, announced: MIB, sent: "ext=x" });
  await using _ = late;
  expect((await late.answer()).status).toBe(503);
  late.write("x".repeat(MIB - 5));
  expect((await late.call("GET", USER, { headers: [["Authorization", `Bearer ${ada}`]] })).status).toBe(200);
  expect(withheld.all.length).toBe(2);
});

test("many small bodies that are withheld are bounded too, and leave room for another address", async () => {
  const settings = { bodiesBytesMax: 2 * MIB, trustedProxies: ["127.0.0.1"] };
  await using service = await startTestService({ settings });
  await using stack = new AsyncDisposableStack();
  const all: RawConnection[] = [];
  for (let index = 0; index < 160; index++) {
    const headers = [["X-Forwarded-For", "192.0.2.1"]] as const;
    all.push(
      stack.use(await withhold(service.origin, { method: "POST", path: "/org/app/token", announced: 16_384, headers })),
    );
  }
  const refused = await refusedOf(all, 33);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));

  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const json = { grant_type: "client_credentials", client_id, client_secret };
  const headers = { "x-forwarded-for": "192.0.2.2" };
  expect((await send("POST", `${service.base}/token`, { json, headers })).status).toBe(200);
});

test("a body's bytes are free again whatever became of its request", async () => {
  await using service = await startTestService({ settings: { bodiesBytesMax: MIB } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  const large = `ext=${"x".repeat(300_000)}`;
  const chunkedBody = [["Transfer-Encoding", "chunked"]] as const;
  const bearer = [["Authorization", `Bearer ${ada}`]] as const;
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    "a set": () => admin.set("ada", { nickname: "Ada" }),
    "a set that is too large": () => admin.set("ada", large),
    "no form": () => send("PUT", `${service.base}/metadata/user/ada`, { token: ada, form: `{"a":"${large}"}` }),
    "no JSON": () => send("POST", `${service.base}/metadata/user/get`, { token: admin.token, form: `{"a":"${large}` }),
    "no token": () => send("PUT", `${service.base}/metadata/user/ada`, { form: large }),
    "the client hangs up": async () => {
      await using connection = await withhold(service.origin, {
        method: "PUT",
        path: USER,
        token: ada,
        announced: MIB,
      });
      expect(await isPending(service.origin, connection.answer())).toBe(true);
    },
    "the client hangs up in a small body": async () => {
      await using connection = await withhold(service.origin, {
        method: "PUT",
        path: USER,
        token: ada,
        announced: 100,
      });
      expect(await isPending(service.origin, connection.answer())).toBe(true);
    },
    "too long without a length": async () => {
      await using connection = await connectRaw(service.origin);
      // Holds nothing, so that only its length can be the reason of the refusal.
      const body = `${(MIB + 1).toString(16)}\r\n${"&".repeat(MIB + 1)}\r\n0\r\n\r\n`;
      expect((await connection.call("PUT", USER, { headers: [...chunkedBody, ...bearer], body })).status).toBe(413);
    },
    "a chunked set": async () => {
      await using connection = await connectRaw(service.origin);
      const body = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
      expect((await connection.call("PUT", USER, { headers: [...chunkedBody, ...bearer], body })).status).toBe(403);
    },
  };
  for (const way of Object.values(ways)) {
    await way();
    await isFree(service, admin.token);
  }
  expect(service.faults).toEqual([]);
});

test("a body announced as too long is refused before a byte of it comes", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  const ada = await admin.newUser("ada");
  for (const [method, path, bearer, bytesMax] of [
    ["PUT", USER, ada, MIB],
    ["PATCH", USER, ada, MIB],
    ["POST", "/org/app/metadata/user/get", token, MIB],
    ["POST", "/org/app/metadata/user/set", token, MIB],
    ["POST", "/org/app/users", token, MIB],
    ["PUT", "/org/app/users/ada/password", ada, 16_384],
    ["PUT", "/org/app/users/ada/password", token, 16_384],
    ["POST", "/org/app/token", undefined, 16_384],
    ["POST", "/org/app/token", token, 16_384],
  ] as const) {
    await using most = await withhold(service.origin, { method, path, token: bearer, announced: bytesMax });
    expect([method, path, await isPending(service.origin, most.answer())]).toEqual([method, path, true]);
    await using more = await withhold(service.origin, { method, path, token: bearer, announced: bytesMax + 1 });
    const answer = await more.answer();
    expect([path, answer.status, answer.body.error]).toEqual([path, 413, "request_entity_too_large"]);
    expect(answer.headers.get("connection")).toBe("close");
  }
});

test("without an admin's token a registration may be 16 KiB, also while registration is open", async () => {
  await using service = await startTestService({ app: { registration: "open" } });
  const admin = await signIn(service);
  const path = "/org/app/users";
  for (const token of [undefined, await admin.newUser("ada")]) {
    await using most = await withhold(service.origin, { method: "POST", path, token, announced: 16_384 });
    expect(await isPending(service.origin, most.answer())).toBe(true);
    await using more = await withhold(service.origin, { method: "POST", path, token, announced: 16_385 });
    expect((await more.answer()).status).toBe(413);
  }
});

test("a body counts before the server reads it: the runtime takes it in meanwhile", async () => {
  const held = holdWrites();
  await using service = await startTestService({ settings: { bodiesBytesMax: 4 * MIB }, gate: held.gate });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  held.hold();
  await using stack = new AsyncDisposableStack();
  const deletions: RawConnection[] = [];
  for (let index = 0; index < 8; index++) {
    const headers = [["If-Match", "*"]] as const;
    const sent = { method: "DELETE", path: USER, token: ada, announced: MIB, headers };
    deletions.push(stack.use(await withhold(service.origin, sent)));
  }
  for (const answer of await refusedOf(deletions, 3)) expect(answer.status).toBe(503);
  held.release();
});
