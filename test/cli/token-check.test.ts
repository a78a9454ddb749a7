import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { send, signIn } from "../harness/client.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { AUDIENCE, KeyServer, signingPair } from "../identity/jwt/key-server.ts";
import {
  APP_ID,
  appToken,
  CERTIFICATE,
  NEXT_CERTIFICATE,
  nowSeconds,
  userToken,
} from "../identity/vendors/agora-tokens.ts";
import { CLIENT_ID, CLIENT_SECRET, dynamicToken } from "../identity/vendors/dynamic-tokens.ts";
import { HostedService } from "../identity/vendors/hosted-service.ts";
import { Cli } from "./cli.ts";

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");
const OPERATOR_KEY = "operator-of-the-check-tests";

/** A store with an app that accepts every kind of token but the hosted service's, and one that accepts only its own. */
async function prepared(env: Readonly<Record<string, string>> = {}) {
  await using stack = new AsyncDisposableStack();
  const cli = stack.use(new Cli());
  const provider = stack.use(new KeyServer());
  const pair = await signingPair(provider.issuer, "ES256", "one");
  provider.keys = [pair.jwk];
  writeFileSync(join(cli.folder, "certificate"), CERTIFICATE);
  writeFileSync(join(cli.folder, "secret"), CLIENT_SECRET);
  const line =
    `app create org/app --agora-app-id ${APP_ID} --agora-certificate-file certificate ` +
    `--easemob-client-id ${CLIENT_ID} --easemob-client-secret-file secret --rate-per-second 0 ` +
    `--oidc-issuer ${provider.issuer} --oidc-audience ${AUDIENCE} --oidc-algorithms ES256 --admin-scope profiles`;
  const credentials = await cli.json(line, { env });
  await cli.ok("app create org/other", { env });
  for (const user of ["ada", "gone"]) await cli.ok(`user create org/app ${user}`, { env });
  const owned = stack.move();
  return {
    cli,
    provider,
    pair,
    credentials,
    /** Also checks that the token is nowhere in the output. */
    async check(token: string, app = "org/app") {
      const ended = await cli.run(["token", "check", app, token, "--json"], {
        env: { USERMETA_OPERATOR_KEY: OPERATOR_KEY, ...env },
      });
      expect(ended.out + ended.err).not.toContain(token);
      return { code: ended.code, ...JSON.parse(ended.out) };
    },
    issue: async (app: string, user?: string) =>
      (await cli.ok(`token issue ${app}${user === undefined ? "" : ` --user ${user}`}`, { env })).trim(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const GOOD = { code: 0, valid: true, failed: null, detail: null };
const BAD = { code: 1, valid: false, who: null, expires: null, detail: expect.stringMatching(/./) };
const ADA = { user: "ada" };

function turned(token: string): string {
  const at = token.length - 10;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}

test("token check agrees with a running server on every kind of token, its owner and the reason of a refusal", async () => {
  await using set = await prepared();
  const { cli, pair, check, issue } = set;
  const otherPair = await signingPair(set.provider.issuer, "ES256", "one");
  const unpublished = await signingPair(set.provider.issuer, "ES256", "two");
  const now = nowSeconds();
  const revoked = await issue("org/app", "ada");
  await cli.ok("token revoke org/app --user ada");
  const deleted = await issue("org/app", "gone");
  await cli.ok("user delete org/app gone --yes");
  const own = await issue("org/app", "ada");
  // External tokens have their time of issue in whole seconds: those of the second of a revocation are refused.
  await Bun.sleep(1000 - (Date.now() % 1000));

  const expires = expect.any(Number);
  const expected: readonly (readonly [string, object])[] = [
    [await issue("org/app"), { ...GOOD, kind: "own", who: "admin", expires }],
    [own, { ...GOOD, kind: "own", who: ADA, expires }],
    [userToken("ada"), { ...GOOD, kind: "agora", who: ADA, expires }],
    [appToken(), { ...GOOD, kind: "agora", who: "admin", expires }],
    [dynamicToken(), { ...GOOD, kind: "dynamic", who: ADA, expires }],
    [await pair.sign({ exp: now + 60 }), { ...GOOD, kind: "jwt", who: ADA, expires: (now + 60) * 1000 }],
    [await pair.sign({ sub: undefined, scope: "profiles" }), { ...GOOD, kind: "jwt", who: "admin", expires }],
    [OPERATOR_KEY, { ...GOOD, kind: "operator", who: "admin", expires: null }],

    [revoked, { ...BAD, kind: "own", failed: "revoked" }],
    [deleted, { ...BAD, kind: "own", failed: "revoked" }],
    [turned(own), { ...BAD, kind: "own", failed: "signature" }],
    [own.slice(0, 40), { ...BAD, kind: "own", failed: "format" }],
    [await issue("org/other"), { ...BAD, kind: "own", failed: "app" }],
    [userToken("ada", 600, NEXT_CERTIFICATE), { ...BAD, kind: "agora", failed: "signature" }],
    [userToken("ada", 600, CERTIFICATE, APP_ID.replace("9", "8")), { ...BAD, kind: "agora", failed: "app" }],
    [userToken("ada@example.com"), { ...BAD, kind: "agora", failed: "claim" }],
    [dynamicToken({ appkey: "org#other" }), { ...BAD, kind: "dynamic", failed: "app" }],
    [await pair.sign({ iat: now - 600, exp: now - 60 }), { ...BAD, kind: "jwt", failed: "expired" }],
    [await pair.sign({ aud: "https://other.example" }), { ...BAD, kind: "jwt", failed: "audience" }],
    [await pair.sign({ iss: "https://other.example" }), { ...BAD, kind: "jwt", failed: "issuer" }],
    [await pair.sign({ sub: undefined }), { ...BAD, kind: "jwt", failed: "claim" }],
    [await pair.sign({ sub: "auth0|ada" }), { ...BAD, kind: "jwt", failed: "claim" }],
    [await otherPair.sign({}), { ...BAD, kind: "jwt", failed: "signature" }],
    [await unpublished.sign({}), { ...BAD, kind: "jwt", failed: "kid" }],
    ["garbage", { ...BAD, kind: "unknown", failed: "format" }],
  ];
  const serving = await cli.serve("", { env: { USERMETA_OPERATOR_KEY: OPERATOR_KEY } });
  for (const [token, said] of expected) {
    const checked = await check(token);
    expect(checked).toEqual(said);
    const { status } = await send("GET", `${serving.server}/org/app/metadata/user/ada`, { token });
    expect([checked.kind, checked.failed, checked.valid]).toEqual([checked.kind, checked.failed, status === 200]);
  }
  await serving.stop();
}, 60_000);

test("a user that does not exist yet is reported as created on first use, and is not created", async () => {
  await using set = await prepared();
  const { cli, pair, check } = set;
  const eve = await pair.sign({ sub: "eve" });
  const expected = { ...GOOD, kind: "jwt", who: { user: "eve" }, expires: expect.any(Number) };
  expect(await check(eve)).toEqual({ ...expected, detail: expect.stringContaining("does not exist yet") });
  const listed = await cli.json("user list org/app");
  expect(listed.map(({ username }: { username: string }) => username)).not.toContain("eve");

  const [{ id }] = listed;
  expect(await check(await pair.sign({ sub: id }))).toEqual({ ...BAD, kind: "jwt", failed: "claim" });
  await cli.ok("app set org/app --create-on-first-use false");
  expect(await check(eve)).toEqual({ ...BAD, kind: "jwt", failed: "claim" });
});

test("a kind of token that the app does not accept is named", async () => {
  await using set = await prepared();
  for (const [kind, token] of [
    ["agora", userToken("ada")],
    ["dynamic", dynamicToken()],
    ["jwt", await set.pair.sign({})],
  ] as const) {
    const checked = await set.check(token, "org/other");
    expect(checked).toEqual({ ...BAD, kind, failed: "app" });
    expect(checked.detail).toContain("app set");
  }
  expect(await set.check("x".repeat(20_000))).toEqual({
    ...BAD,
    kind: "unknown",
    failed: "format",
    detail: expect.stringContaining("longer"),
  });
});

test("the token may be on stdin, with or without -, and with the word before it; none is a mistake", async () => {
  await using set = await prepared();
  const token = await set.issue("org/app", "ada");
  for (const [line, stdin] of [
    ["token check org/app", `${token}\n`],
    ["token check org/app -", token],
    ["token check org/app -", `Bearer ${token}\r\n`],
  ] as const) {
    const { code, out, err } = await set.cli.run(line, { stdin });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^valid +yes\nkind +own\nwho +the user ada\nexpires +\d{4}-.*Z\n$/);
    expect(out).not.toContain(token);
  }
  expect(await set.cli.run("token check org/app", { stdin: "\n" })).toMatchObject({ code: 2, out: "" });
  expect(await set.cli.run("token check org/nobody x")).toMatchObject({ code: 1, out: "" });
  const spoilt = await set.cli.run("token check org/app -", { stdin: turned(token) });
  expect([spoilt.code, spoilt.err]).toEqual([1, ""]);
  expect(spoilt.out).toMatch(/^valid +no\nkind +own\nfailed +signature\ndetail +\S.*\n$/);
});

/** As an operator runs it: nothing but the command keeps the process alive. */
async function inProcess(cli: Cli, token: string) {
  const child = Bun.spawn([process.execPath, MAIN, "token", "check", "org/app", "--json"], {
    cwd: cli.folder,
    env: { PATH: process.env.PATH ?? "", HOME: cli.folder },
    stdin: new Blob([token]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect(err).toBe("");
  return { code, ...JSON.parse(out) };
}

test("a provider that cannot be reached, or that never answers, is the detail; and its unknown key is waited for", async () => {
  await using set = await prepared();
  const { cli, provider, pair } = set;
  const unpublished = await signingPair(provider.issuer, "ES256", "two");
  expect(await inProcess(cli, await unpublished.sign({}))).toEqual({ ...BAD, kind: "jwt", failed: "kid" });
  provider.answer = () => new Promise(() => {});
  const unknown = { ...BAD, kind: "jwt", failed: null, detail: expect.stringContaining(provider.issuer) };
  expect(await inProcess(cli, await pair.sign({}))).toEqual(unknown);
  await provider[Symbol.asyncDispose]();
  expect(await inProcess(cli, await pair.sign({}))).toEqual(unknown);
}, 60_000);

test("the hosted service is asked about its tokens; without its answer the result stays open", async () => {
  await using set = await prepared();
  await using hosted = new HostedService();
  await set.cli.ok(`app set org/app --hosted-url ${hosted.url}`);
  const token = hosted.token("ada");
  expect(await set.check(token)).toEqual({ ...GOOD, kind: "hosted", who: ADA, expires: expect.any(Number) });
  expect(await set.check(await set.issue("org/app", "ada"))).toMatchObject({ code: 0, kind: "own" });
  hosted.revoke(token);
  expect(await set.check(token)).toEqual({ ...BAD, kind: "hosted", failed: "signature" });
  hosted.answer = () => new Response("", { status: 500 });
  expect(await set.check(token)).toEqual({
    ...BAD,
    kind: "hosted",
    failed: null,
    detail: expect.stringContaining("the hosted service"),
  });
});

test("a file of secrets that cannot be read is the detail", async () => {
  await using set = await prepared();
  await set.cli.ok("app set org/app --agora-certificate-file nowhere");
  const detail = expect.stringMatching(/nowhere cannot be read \(ENOENT\)/);
  expect(await set.check(userToken("ada"))).toEqual({ ...BAD, kind: "agora", failed: null, detail });
});

describe.skipIf(mariadbIsMissing())("on MariaDB", () => {
  test("token check says the same, beside a running server", async () => {
    await using database = await (await sharedMariadb()).freshDatabase();
    await using set = await prepared({ USERMETA_STORE: database.url });
    const serving = await set.cli.serve("", { env: { USERMETA_STORE: database.url } });
    const admin = await signIn({ base: `${serving.server}/org/app`, credentials: set.credentials });
    expect(await set.check(admin.token)).toMatchObject({ code: 0, kind: "own", who: "admin" });
    const ada = await admin.tokenOf("ada");
    expect(await set.check(ada)).toMatchObject({ code: 0, kind: "own", who: ADA });
    await send("POST", `${serving.server}/org/app/users/ada/deactivate`, { token: admin.token });
    expect(await set.check(ada)).toEqual({ ...BAD, kind: "own", failed: "revoked" });
    expect(await set.check(await set.pair.sign({}))).toEqual({ ...BAD, kind: "jwt", failed: "revoked" });
    await serving.stop();
  }, 60_000);
});
