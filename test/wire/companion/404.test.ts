import { expect, test } from "bun:test";
import { DEFAULT_LIMITS } from "../../../src/core/limits.ts";
import type { Answer } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { BEHIND_PROXY } from "../../harness/from-address.ts";
import { connectRaw, type RawSent } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";
import { startRatedService } from "../rates/rated-service.ts";
import { COMPANION_CALLS, pathOf } from "./companion-calls.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
const UNKNOWN = "/org/app/users/ada/nowhere";

test("switched off, every path is as unknown as any other, by every method and to every caller", async () => {
  await using rated = await startRatedService(0, { app: { companionCalls: false } });
  const { service, admin, ada, clock } = rated;
  await using connection = await connectRaw(service.origin);
  for (const bearer of [undefined, "made-up", ada, await admin.newUser("bob"), admin.token]) {
    const headers = bearer === undefined ? [] : ([["Authorization", `Bearer ${bearer}`]] as const);
    for (const method of METHODS) {
      const sent: RawSent = method === "POST" ? { headers, body: '{"usernames":["bob"]}' } : { headers };
      // An unauthenticated client may ask for a hundred unknown paths a second.
      clock.advance(1000);
      const unknown = shown(await connection.call(method, UNKNOWN, sent));
      expect(unknown.status).toBe(method === "OPTIONS" ? 200 : 404);
      for (const path of PATHS) {
        for (const prefix of ["/org/app", `/app-id/${service.app.id}`]) {
          expect(shown(await connection.call(method, prefix + path, sent))).toEqual(unknown);
        }
      }
    }
  }
  expect(service.faults).toEqual([]);
});

test("switched off, the paths count against an unauthenticated client's address as unknown ones do", async () => {
  const limits = { ...DEFAULT_LIMITS, ratePerSecond: 3 };
  const settings = { ...BEHIND_PROXY, defaults: { limits, registration: "authorised" as const } };
  await using rated = await startRatedService(0, { app: { companionCalls: false }, settings });
  await using connection = await connectRaw(rated.service.origin);
  const statusesOf = async (asked: string, address: string) => {
    const headers = [["X-Forwarded-For", address]] as const;
    const statuses: number[] = [];
    while (statuses.length < 6) statuses.push((await connection.call("GET", asked, { headers })).status);
    return statuses;
  };
  const unknown = await statusesOf(UNKNOWN, "10.0.0.1");
  expect(unknown).toContain(429);
  for (const [index, path] of PATHS.entries()) {
    expect(await statusesOf(`/org/app${path}`, `10.0.1.${index}`)).toEqual(unknown);
  }
});

test("the switch takes effect on a running server within a second, and for one app alone", async () => {
  await using rated = await startRatedService(0);
  const { service, ada } = rated;
  const other = await service.addApp("org/other");
  await using connection = await connectRaw(service.origin);
  const headers = [["Authorization", `Bearer ${ada}`]] as const;
  const statuses = async (app: string) => {
    const asked = COMPANION_CALLS.map(async ({ method, path }) => {
      await using own = await connectRaw(service.origin);
      return (await own.call(method, `/${app}${path}`, { headers })).status;
    });
    return [...new Set(await Promise.all(asked))];
  };
  expect(await statuses("org/app")).toEqual([200]);
  await service.setApp({ companionCalls: false });
  await eventually(async () => expect(await statuses("org/app")).toEqual([404]), 1000);
  await eventually(async () => expect(await statuses(other.app.key)).toEqual([401]));
  expect((await connection.call("GET", "/org/app/metadata/user/ada", { headers })).status).toBe(200);
  await service.setApp({ companionCalls: true });
  await eventually(async () => expect(await statuses("org/app")).toEqual([200]), 1000);
});

test("other calls of clients, which the server could not keep, are refused", async () => {
  await using rated = await startRatedService(0);
  const { service, ada } = rated;
  await using connection = await connectRaw(service.origin);
  const headers = [["Authorization", `Bearer ${ada}`]] as const;
  const asked = [
    ["POST", "/users/ada/presence/web_1/1", 404],
    ["POST", "/users/ada/blocks/users", 405],
    ["DELETE", "/users/ada/blocks/users/bob", 404],
    ["POST", "/users/ada/contacts/users/bob", 404],
    ["PUT", "/users/ada/notification/user/bob", 405],
    ["PUT", "/users/ada/notification/chatgroup/1", 405],
    ["DELETE", "/users/ada/user_channel", 404],
    ["GET", "/users/ada/resources", 404],
    ["GET", "/user/ada/metadata/subscription", 404],
    ["GET", "/users/ada/presence/", 404],
    ["GET", "/users/ada/notification/room/1", 404],
  ] as const;
  for (const [method, path, status] of asked) {
    expect([path, (await connection.call(method, `/org/app${path}`, { headers })).status]).toEqual([path, status]);
  }
});

test("of an app that is not there nothing is switched off: the app is unknown", async () => {
  await using service = await startTestService({ app: { companionCalls: false } });
  await using connection = await connectRaw(service.origin);
  for (const path of PATHS) {
    const { status, body } = await connection.call("GET", `/org/nothing${path}`);
    expect([404, 405]).toContain(status);
    if (status === 404) expect(body.error).toBe("organization_application_not_found");
  }
});

const PATHS = [...new Set(COMPANION_CALLS.map(pathOf))];

/** Without the members that differ from one moment to the next. */
function shown({ status, headers, body }: Answer): Readonly<Record<string, unknown>> {
  const { timestamp, duration, ...rest } = body ?? {};
  const kept = [...headers].filter(([name]) => name !== "date" && name !== "content-length");
  return { status, headers: kept, body: rest };
}
