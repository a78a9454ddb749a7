/** The gateways of docs/GATEWAY.md, as they stand there: the requests that reach usermeta, and usermeta's answers. */
import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { type Answer, send } from "../harness/client.ts";
import { expectMetadataError, expectSuccess } from "../harness/expect-answer.ts";
import { createTestClock } from "../harness/test-clock.ts";
import { GATEWAYS } from "./gateway.ts";
import { GATEWAY_HOST } from "./gateway-environment.ts";
import { OWN_PATHS } from "./gateway-paths.ts";
import { gatewayIsLeftOut, startGatewaySetting } from "./gateway-setting.ts";

/** The length among them: `duration` may have more digits. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  "date",
  "server",
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
]);

for (const name of GATEWAYS) {
  describe.skipIf(gatewayIsLeftOut(name))(`through the ${name} of docs/GATEWAY.md`, () => {
    test("the five metadata calls reach usermeta under both prefixes", async () => {
      await using setting = await startGatewaySetting(name);
      const { admin, gateway, service } = setting;
      const token = await admin.newUser("ada");
      for (const base of [setting.base, `${gateway.origin}/app-id/${service.app.id}`]) {
        const data = { nickname: "Ada + é 😀", ext: "100%" };
        const set = await send("PUT", `${base}/metadata/user/ada`, { token, form: data });
        const { lastModified } = set.body;
        expectSuccess(set, { data, lastModified });
        expectSuccess(await send("GET", `${base}/metadata/user/ada`, { token }), { data });
        const batch = await send("POST", `${base}/metadata/user/get`, { token, json: { targets: ["ADA", "bob"] } });
        expectSuccess(batch, { data: { ADA: data }, lastModified: { ADA: lastModified } });
        const capacity = await send("GET", `${base}/metadata/user/capacity`, { token: admin.token });
        expectSuccess(capacity, { data: await admin.capacity() });
        expectSuccess(await send("DELETE", `${base}/metadata/user/ada`, { token }), { data: true });
        expectSuccess(await send("GET", `${base}/metadata/user/ada`, { token }), { data: {} });
      }
      expect(service.faults).toEqual([]);
    });

    test("usernames in any spelling, and the users called get and capacity", async () => {
      await using setting = await startGatewaySetting(name);
      const { admin, base } = setting;
      for (const username of ["ada", "get", "capacity"]) await admin.register(username);
      const { token } = admin;
      for (const [spelling, username] of [
        ["ADA", "ada"],
        ["%61d%61", "ada"],
        ["get", "get"],
        ["%63apacity", "capacity"],
        ["capacity", "capacity"],
      ] as const) {
        const form = { nickname: spelling };
        expect((await send("PUT", `${base}/metadata/user/${spelling}`, { token, form })).status).toBe(200);
        // Directly and in a batch: a GET of …/capacity is another call.
        const json = { targets: [username] };
        const { body } = await send("POST", `${setting.service.base}/metadata/user/get`, { token, json });
        expect(body.data).toEqual({ [username]: form });
      }
      expectSuccess(await send("GET", `${base}/metadata/user/get`, { token }), { data: { nickname: "get" } });
    });

    test("every path below /metadata/user/ gets the very answer that it gets directly", async () => {
      await using setting = await startGatewaySetting(name);
      const { admin, gateway, service } = setting;
      await admin.register("ada");
      for (const path of OWN_PATHS) {
        for (const [method, token] of [
          ["GET", admin.token],
          ["GET", "bad"],
          ["OPTIONS", undefined],
          ["PATCH", admin.token],
        ] as const) {
          const through = await send(method, gateway.origin + path, { token });
          const direct = await send(method, service.origin + path, { token });
          expect([method, path, ...comparable(through)]).toEqual([method, path, ...comparable(direct)]);
        }
      }
    });

    test("a preflight is answered by usermeta, its headers exactly once", async () => {
      await using setting = await startGatewaySetting(name);
      const { status, headers, body } = await send("OPTIONS", `${setting.base}/metadata/user/ada`, {
        headers: {
          origin: "https://app.example",
          "access-control-request-method": "PUT",
          "access-control-request-headers": "authorization,content-type,x-request-id",
        },
      });
      expect([status, body]).toEqual([200, {}]);
      // A second one would be here behind a comma.
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("access-control-allow-methods")).toBe("GET, POST, PUT, PATCH, DELETE");
      expect(headers.get("access-control-allow-headers")).toBe(
        "authorization, content-type, if-match, if-none-match, x-request-id",
      );
      expect(headers.get("allow")).toBe("PUT, GET, DELETE, PATCH, HEAD, OPTIONS");
    });

    test("errors keep status, shape and CORS; a body over 1 MB gets usermeta's 413, one over 2 MB may get the gateway's in its shape", async () => {
      await using setting = await startGatewaySetting(name);
      const { admin, base } = setting;
      const token = await admin.newUser("ada");
      const url = `${base}/metadata/user/ada`;
      const unauthorized = { status: 401, error: "unauthorized", desc: "unauthorized" };
      expectMetadataError(await send("GET", url), { ...unauthorized, text: "Unable to authenticate (OAuth)" });
      const exceeded = await send("PUT", url, { token, form: { ext: "x".repeat(3000) } });
      expect([exceeded.status, exceeded.body.desc]).toEqual([403, "user metadata length exceed the limit"]);
      const unknown = await send("GET", `${base}/metadata/user/nobody`, { token });
      expect([unknown.status, unknown.body.data, unknown.body.desc]).toEqual([404, {}, "Not Found"]);
      const tooLarge = { status: 413, error: "request_entity_too_large", text: "Request Entity Too Large" };
      for (const megabytes of [1.5, 5]) {
        const form = `ext=${"x".repeat(megabytes * 1_000_000)}`;
        const answer = await send("PUT", url, { token, form });
        expectMetadataError(answer, tooLarge);
      }
      expectSuccess(await send("GET", url, { token }), { data: {} });
    });

    test("callers keep their own addresses, and cannot make up others", async () => {
      const limits = { ...DEFAULT_LIMITS, ratePerSecond: 3 };
      const settings = { defaults: { limits, registration: "authorised" } } as const;
      await using setting = await startGatewaySetting(name, { settings, parts: { clock: createTestClock() } });
      const port = Number(new URL(setting.gateway.origin).port);
      for (const address of ["127.0.0.2", "127.0.0.3"]) {
        const statuses: number[] = [];
        for (let index = 0; index < 5; index++)
          statuses.push(await unauthenticatedFrom(address, port, `10.0.0.${index}`));
        expect([address, ...statuses]).toEqual([address, 401, 401, 401, 429, 429]);
      }
    });

    test("while usermeta is away its paths get 502 in its shape, and the hosted service goes on", async () => {
      await using setting = await startGatewaySetting(name);
      await setting.service[Symbol.asyncDispose]();
      const answer = await send("GET", `${setting.base}/metadata/user/ada`);
      expectMetadataError(answer, { status: 502, error: "bad_gateway", text: "Bad Gateway" });
      expect((await send("GET", `${setting.base}/users/ada`)).body.side).toBe("hosted");
    });

    test("TLS, with the certificate of the document's lines", async () => {
      await using setting = await startGatewaySetting(name);
      const { secureOrigin, certificate: ca } = setting.gateway;
      const tls = { ca, serverName: GATEWAY_HOST };
      const answer = await fetch(`${secureOrigin}/org/app/metadata/user/ada`, { tls, headers: { host: GATEWAY_HOST } });
      expect(answer.status).toBe(401);
    });
  });
}

/** All but the two numbers that differ from one answer to the next, and the headers of the connection. */
function comparable({ status, headers, text }: Answer): unknown[] {
  const kept = [...headers].filter(([header]) => !OF_THE_CONNECTION.has(header)).sort();
  return [status, text.replace(/"(timestamp|duration)":\d+/g, '"$1":0'), kept];
}

/** The status of a call without a token from this address of the loopback network, with an address made up. */
async function unauthenticatedFrom(localAddress: string, port: number, forwardedFor: string): Promise<number> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  const head = ["GET /org/app/metadata/user/ada HTTP/1.1", "Host: x", `X-Forwarded-For: ${forwardedFor}`];
  socket.write(`${head.join("\r\n")}\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const bytes of socket) text += bytes;
  return Number(text.split(" ")[1]);
}
