import { expect, test } from "bun:test";
import { type Answer, send } from "../harness/client.ts";
import { Cli, type Serving } from "./cli.ts";

const WITHIN_A_SECOND_MS = 1000;

function capacity({ server }: Serving, token: string): Promise<Answer> {
  return send("GET", `${server}/a/b/metadata/user/capacity`, { token });
}

function attributes({ server }: Serving, token: string): Promise<Answer> {
  return send("GET", `${server}/a/b/metadata/user/ada`, { token });
}

/** Polls until the answer has the status, for a second at most. */
async function becomes(status: number, ask: () => Promise<Answer>): Promise<void> {
  const until = performance.now() + WITHIN_A_SECOND_MS;
  let answer = await ask();
  while (answer.status !== status && performance.now() < until) {
    await Bun.sleep(20);
    answer = await ask();
  }
  expect(answer.status).toBe(status);
}

async function served(): Promise<{ cli: Cli; serving: Serving } & AsyncDisposable> {
  const cli = new Cli();
  await cli.ok("app create a/b --rate-per-second 0");
  await cli.ok("user create a/b ada");
  const serving = await cli.serve();
  const end = async (): Promise<void> => {
    await serving.stop();
    cli[Symbol.dispose]();
  };
  return { cli, serving, [Symbol.asyncDispose]: end };
}

test("token issue: for the app's admin, and for a user; valid at the running server", async () => {
  await using set = await served();
  const { cli, serving } = set;
  const admin = await cli.json("token issue a/b --ttl 60");
  expect(admin).toEqual({ app: "a/b", user: null, token: expect.stringMatching(/^YWMt/), expiresInSeconds: 60 });
  expect(await capacity(serving, admin.token)).toMatchObject({ status: 200 });
  const user = (await cli.ok("token issue a/b --user Ada")).trim();
  expect(await capacity(serving, user)).toMatchObject({ status: 401 });
  expect(await attributes(serving, user)).toMatchObject({ status: 200 });
});

test("token issue on a store that was never served creates the key that the server then uses", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  const { token } = await cli.json("token issue a/b --ttl 0");
  const serving = await cli.serve();
  expect(await capacity(serving, token)).toMatchObject({ status: 200 });
  await serving.stop();
});

test("token issue: unknown users and nonsense are refused", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  expect(await cli.run("token issue a/b --user ada")).toMatchObject({
    code: 1,
    err: "usermeta: there is no such user\n",
  });
  expect(await cli.run("token issue a/b --ttl soon")).toMatchObject({ code: 2 });
  expect(await cli.run("token issue a/c")).toMatchObject({ code: 1 });
});

test("token revoke revokes the named tokens within a second, and nothing else", async () => {
  await using set = await served();
  const { cli, serving } = set;
  const admin = (await cli.ok("token issue a/b")).trim();
  const user = (await cli.ok("token issue a/b --user ada")).trim();
  expect([(await capacity(serving, admin)).status, (await attributes(serving, user)).status]).toEqual([200, 200]);

  await cli.ok("token revoke a/b --user ada");
  await becomes(401, () => attributes(serving, user));
  expect(await capacity(serving, admin)).toMatchObject({ status: 200 });

  const second = (await cli.ok("token issue a/b --user ada")).trim();
  await cli.ok("token revoke a/b --admin");
  await becomes(401, () => capacity(serving, admin));
  expect(await attributes(serving, second)).toMatchObject({ status: 200 });

  await cli.ok("token revoke a/b --all");
  await becomes(401, () => attributes(serving, second));
});

test("token revoke requires a target", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  expect(await cli.run("token revoke a/b")).toMatchObject({ code: 2 });
  expect(await cli.run("token revoke a/b --all --admin")).toMatchObject({ code: 2 });
  expect(await cli.run("token revoke a/b --user nobody")).toMatchObject({ code: 1 });
});

test("token rotate-key: new tokens carry the new key, old ones stay valid", async () => {
  await using set = await served();
  const { cli, serving } = set;
  const before = (await cli.ok("token issue a/b")).trim();
  expect(await cli.json("token rotate-key")).toEqual({ key: 2 });
  const after = (await cli.ok("token issue a/b")).trim();
  for (const token of [before, after]) expect(await capacity(serving, token)).toMatchObject({ status: 200 });
});

test("app set and app rotate-secret take effect at the running server within a second", async () => {
  await using set = await served();
  const { cli, serving } = set;
  const token = (await cli.ok("token issue a/b --user ada")).trim();
  // Each time a bit more: a set that does not grow is never refused for its size.
  let nickname = "";
  const put = (): Promise<Answer> => {
    nickname += "a";
    return send("PUT", `${serving.server}/a/b/metadata/user/ada`, { token, form: { nickname } });
  };
  expect(await put()).toMatchObject({ status: 200 });
  await cli.ok("app set a/b --user-bytes-max 1");
  await becomes(403, put);

  const admin = (await cli.ok("token issue a/b")).trim();
  expect(await capacity(serving, admin)).toMatchObject({ status: 200 });
  const { clientId, clientSecret } = await cli.json("app rotate-secret a/b");
  await becomes(401, () => capacity(serving, admin));
  const json = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  expect(await send("POST", `${serving.server}/a/b/token`, { json })).toMatchObject({ status: 200 });
});
