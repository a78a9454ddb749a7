/** docs/GATEWAY.md: its nginx, as it stands there, between clients, a real usermeta and a stand-in for the hosted service. */
import { describe, expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { startTestService, type TestService } from "../harness/service.ts";
import { readDocument } from "./markdown.ts";
import { findNginx, startNginx } from "./nginx.ts";

const NGINX = findNginx();
const LEFT_OUT = isLeftOut(NGINX !== undefined, "the nginx of docs/GATEWAY.md: nginx is not installed");

/** The document's block, with loopback addresses in place of its own; each must be there once. */
function blockFor(addresses: { readonly port: number; readonly usermeta: string; readonly hosted: string }): string {
  let block = /```nginx\n(.*?)```/s.exec(readDocument("docs/GATEWAY.md"))?.[1] ?? "";
  for (const [from, to] of [
    ["listen 443 ssl;", `listen 127.0.0.1:${addresses.port};`],
    [/ssl_certificate .*;/, ""],
    [/ssl_certificate_key .*;/, ""],
    ["server 10.0.0.10:8080;", `server ${addresses.usermeta};`],
    ["proxy_pass https://a1.easemob.com;", `proxy_pass http://${addresses.hosted};`],
  ] as const) {
    const replaced = block.replace(from, to);
    if (replaced === block) throw new Error(`the block has no ${from}`);
    block = replaced;
  }
  return block;
}

/** Answers everything with what it was asked. */
function startHosted() {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { host } = new URL(request.url);
      const body = await request.text();
      const path = request.url.slice(request.url.indexOf(host) + host.length);
      return Response.json({ hosted: true, method: request.method, path, host: request.headers.get("host"), body });
    },
  });
}

async function startGateway(usermeta?: string) {
  await using stack = new AsyncDisposableStack();
  const service: TestService = stack.use(await startTestService({ settings: { trustedProxies: ["127.0.0.1"] } }));
  const hosted = stack.adopt(startHosted(), (server) => server.stop(true));
  const { origin } = stack.use(
    await startNginx(NGINX ?? "", (port) =>
      blockFor({
        port,
        usermeta: usermeta ?? new URL(service.origin).host,
        hosted: `127.0.0.1:${hosted.port}`,
      }),
    ),
  );
  const admin = await signIn(service);
  await admin.register("ada");
  const owned = stack.move();
  return { service, admin, origin, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe.skipIf(LEFT_OUT)("the nginx of docs/GATEWAY.md", () => {
  test("sends the five calls here, below both prefixes, letter by letter", async () => {
    await using gateway = await startGateway();
    const { admin, origin, service } = gateway;
    const { token } = admin;
    for (const [round, prefix] of [`org/app`, `app-id/${service.app.id}`].entries()) {
      const url = `${origin}/${prefix}/metadata/user`;
      const value = `a + b & ${round} é/😀`;
      const set = await send("PUT", `${url}/%41da`, { token, form: { value } });
      expect([set.status, set.body.data]).toEqual([200, { value }]);
      expect((await send("GET", `${url}/ADA`, { token })).body.data).toEqual({ value });
      const many = await send("POST", `${url}/get`, { token, json: { targets: ["ada"], properties: ["value"] } });
      expect(many.body.data).toEqual({ ada: { value } });
      expect((await send("GET", `${url}/capacity`, { token })).body.data).toBeGreaterThan(0);
      expect((await send("DELETE", `${url}/ada`, { token })).body.data).toBe(true);
      expect((await send("GET", `${url}/ada`, { token })).body.data).toEqual({});
    }
    expect(service.faults).toEqual([]);
  });

  test("leaves errors and CORS as they are", async () => {
    await using gateway = await startGateway();
    const { admin, origin } = gateway;
    const url = `${origin}/org/app/metadata/user`;
    const direct = `${gateway.service.base}/metadata/user`;
    const cases = [
      (base: string) => send("GET", `${base}/ada`),
      (base: string) => send("GET", `${base}/ada`, { token: "bad" }),
      (base: string) => send("GET", `${base}/nobody`, { token: admin.token }),
      (base: string) => send("PUT", `${base}/ada`, { token: admin.token, form: { big: "x".repeat(3000) } }),
      (base: string) => send("PUT", `${base}/ada`, { token: admin.token, form: { big: "x".repeat(1_500_000) } }),
      (base: string) => send("PATCH", `${base}/ada`, { token: admin.token }),
    ];
    const statuses: number[] = [];
    for (const ask of cases) {
      const [through, without] = [await ask(url), await ask(direct)];
      const untimed = ({ timestamp: _, duration: __, ...body }: Record<string, unknown>) => body;
      expect([through.status, untimed(through.body)]).toEqual([without.status, untimed(without.body)]);
      const cors = "access-control-allow-origin";
      expect(through.headers.get(cors)).toBe(without.headers.get(cors));
      statuses.push(through.status);
    }
    expect(statuses).toEqual([401, 401, 404, 403, 413, 405]);
    const asked = { origin: "https://chat.example", "access-control-request-method": "PUT" };
    const preflight = (base: string) => fetch(`${base}/ada`, { method: "OPTIONS", headers: asked });
    const [through, without] = [await preflight(url), await preflight(direct)];
    expect(through.status).toBe(without.status);
    for (const name of ["origin", "methods", "headers"].map((end) => `access-control-allow-${end}`)) {
      expect([name, through.headers.get(name)]).toEqual([name, without.headers.get(name)]);
      expect(through.headers.get(name)).not.toBeNull();
    }
  });

  test("sends everything else to the hosted service, letter by letter", async () => {
    await using gateway = await startGateway();
    for (const [method, path, body] of [
      ["POST", "/org/app/token", '{"grant_type":"password"}'],
      ["GET", "/org/app/users/ada?limit=1&x=%2F", ""],
      ["POST", "/org/app/messages/users", "{}"],
      ["PUT", "/org/app/metadata/chatgroup/1", "a=b"],
      ["GET", "/org/app/metadata/user/", ""],
      ["GET", "/org/app/x/metadata/user/ada", ""],
      ["GET", "/-/ready", ""],
      ["GET", "/", ""],
    ] as const) {
      const answer = await fetch(gateway.origin + path, { method, ...(body === "" ? {} : { body }) });
      const hosted = { hosted: true, method, path, host: "a1.easemob.com", body };
      expect(await answer.json()).toEqual(hosted);
    }
  });

  test("answers a 503 as JSON while usermeta is away, and goes on with the hosted service", async () => {
    await using gateway = await startGateway("127.0.0.1:9");
    const answer = await send("GET", `${gateway.origin}/org/app/metadata/user/ada`, { token: gateway.admin.token });
    expect([answer.status, answer.body.error, answer.headers.get("retry-after")]).toEqual([
      503,
      "service_unavailable",
      "1",
    ]);
    expect((await send("GET", `${gateway.origin}/org/app/users`)).body.hosted).toBe(true);
  });
});
