import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { APP_ID, CERTIFICATE, NEXT_CERTIFICATE, userToken } from "../identity/vendors/agora-tokens.ts";
import { Cli } from "./cli.ts";
import { Program } from "./program.ts";

test("app set accepts the settings for external tokens, part by part, and `none` removes them", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  const agora = await cli.json(`app set a/b --agora-app-id ${APP_ID} --agora-certificate-file certificates`);
  const certificateFile = join(cli.folder, "certificates");
  expect(agora.identity.agora).toEqual({ appId: APP_ID, certificateFile });
  expect(agora.identity.createOnFirstUse).toBe(true);
  const moved = await cli.json("app set a/b --agora-certificate-file /etc/other --create-on-first-use off");
  expect(moved.identity).toMatchObject({
    createOnFirstUse: false,
    agora: { appId: APP_ID, certificateFile: "/etc/other" },
  });
  for (const [text, isOn] of [
    ["true", true],
    ["false", false],
    ["on", true],
    ["off", false],
  ] as const) {
    const { identity } = await cli.json(`app set a/b --create-on-first-use ${text}`);
    expect([text, identity]).toEqual([text, { ...moved.identity, createOnFirstUse: isOn }]);
  }
  const both = await cli.json("app set a/b --easemob-client-id YXA6id --easemob-client-secret-file s --batch-max 7");
  expect(both).toMatchObject({
    batchMax: 7,
    identity: { easemob: { clientId: "YXA6id" }, agora: moved.identity.agora },
  });
  const shown = await cli.ok("app show a/b");
  expect(shown).toMatch(/^Agora's tokens +970CA35de60c44645bbae8a215061b33, certificates in \/etc\/other$/m);
  expect(shown).toMatch(/^new users +refused$/m);
  expect((await cli.json("app set a/b --batch-max 8")).identity).toEqual(both.identity);
  const gone = await cli.json("app set a/b --agora-app-id none --easemob-client-id none");
  expect(gone.identity).toMatchObject({ agora: null, easemob: null });
  expect(await cli.ok("app show a/b")).not.toContain("Agora");
});

for (const engine of ["sqlite", "mysql"]) {
  test.skipIf(engine === "mysql" && mariadbIsMissing())(
    `${engine}: concurrent changes do not lose each other's settings`,
    async () => {
      using cli = new Cli();
      await using stack = new AsyncDisposableStack();
      const url = engine === "mysql" ? stack.use(await (await sharedMariadb()).freshDatabase()).url : undefined;
      const env = url === undefined ? {} : { USERMETA_STORE: url };
      await cli.ok("app create a/b", { env });
      await Promise.all(
        [
          `--agora-app-id ${APP_ID} --agora-certificate-file /c`,
          "--easemob-client-id YXA6id --easemob-client-secret-file /s",
          "--oidc-issuer https://id.example.com --oidc-audience profiles",
          "--hosted-url https://a1.easemob.com/a/b --batch-max 9",
          "--create-on-first-use false",
          "--batch-max 8",
        ].map((flags) => cli.ok(`app set a/b ${flags}`, { env })),
      );
      expect((await cli.json("app show a/b", { env })).identity).toMatchObject({
        createOnFirstUse: false,
        agora: { certificateFile: "/c" },
        easemob: { clientSecretFile: "/s" },
        oidc: { audience: "profiles" },
        hosted: { url: "https://a1.easemob.com/a/b" },
      });
    },
    30_000,
  );
}

test("app create accepts them too", async () => {
  using cli = new Cli();
  const { identity } = await cli.json(`app create a/b --agora-app-id ${APP_ID} --agora-certificate-file /c`);
  expect(identity.agora).toEqual({ appId: APP_ID, certificateFile: "/c" });
});

test("names are not taken from a claim while registration is open, whichever of the two is set first", async () => {
  using cli = new Cli();
  const oidc = "--oidc-issuer https://id.example --oidc-audience https://profiles.example";
  await cli.ok("app create a/b");
  expect((await cli.json(`app set a/b ${oidc}`)).identity.oidc.userClaimMap).toBe("none");
  const mapped = await cli.json("app set a/b --user-claim-map escape");
  expect(mapped.identity.oidc.userClaimMap).toBe("escape");
  expect(await cli.ok("app show a/b")).toMatch(/user in sub \(escape\)$/m);
  const refusals = [
    "app set a/b --registration open",
    "app set a/b --registration open --user-claim-map hash",
    `app create a/c --registration open ${oidc} --user-claim-map hash`,
  ];
  for (const line of refusals) {
    const { code, err } = await cli.run(line);
    expect([line, code]).toEqual([line, 1]);
    expect(err).toContain("while registration is open, any client could register the name");
  }
  expect((await cli.json("app show a/b")).registration).toBeNull();
  expect((await cli.run("app show a/c")).code).not.toBe(0);
  await cli.ok("app set a/b --registration open --user-claim-map none");
  expect((await cli.run("app set a/b --user-claim-map hash")).code).toBe(1);
  expect((await cli.json("app show a/b")).identity.oidc.userClaimMap).toBe("none");
  await cli.ok("app set a/b --registration authorised --user-claim-map hash");
});

test("every error is a line, and nothing is changed", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  const line =
    "app set a/b --agora-app-id 123 --easemob-client-id x --create-on-first-use yes --oidc-issuer ftp://x " +
    "--oidc-algorithms HS256 --user-claim-map base64 --hosted-cache 0";
  const { code, err } = await cli.run(line);
  expect(code).toBe(2);
  expect(err.split("\n")).toEqual([
    'usermeta: --create-on-first-use "yes": must be on, off, true or false',
    'usermeta: --agora-app-id "123": must be 32 hexadecimal digits',
    "usermeta: --agora-app-id cannot go without --agora-certificate-file",
    "usermeta: --easemob-client-id cannot go without --easemob-client-secret-file",
    'usermeta: --oidc-issuer "ftp://x": must be an http: or https: URL',
    expect.stringMatching(/^usermeta: --oidc-algorithms "HS256": must be a list of RS256, /),
    'usermeta: --user-claim-map "base64": must be none, escape or hash',
    "usermeta: --oidc-issuer cannot go without --oidc-audience",
    'usermeta: --hosted-cache "0": must be a whole number from 1 to 3600',
    "usermeta: --hosted-cache cannot go without --hosted-url",
    "",
  ]);
  expect((await cli.json("app show a/b")).identity.agora).toBeNull();
});

for (const workers of ["1", "2"]) {
  test(`SIGHUP reloads the certificates, with ${workers} serving thread(s)`, async () => {
    await using program = new Program({ USERMETA_WORKERS: workers });
    await program.shows("out", /^usermeta serves (\S+)$/m);
    const origin = /^usermeta serves (\S+)$/m.exec(program.out)?.[1] ?? "";
    const file = join(program.folder, "certificates");
    writeFileSync(file, CERTIFICATE);
    await program.run("app", "set", "chat-demo/testapp", "--agora-app-id", APP_ID, "--agora-certificate-file", file);
    // The kernel distributes connections over the threads: every request has its own.
    const statuses = async (certificate: string) => {
      const url = `${origin}/chat-demo/testapp/metadata/user/ada`;
      const headers = { connection: "close" };
      const ask = () => send("GET", url, { token: userToken("ada", 600, certificate), headers });
      const answers = await Promise.all(Array.from({ length: 8 }, ask));
      return new Set(answers.map(({ status }) => status));
    };
    // Often enough to reach each thread. A refused call counts for the address: it is sent only once.
    const isTaken = async (certificate: string) => {
      for (let time = 0; time < 4; time++) expect(await statuses(certificate)).toEqual(new Set([200]));
    };
    await eventually(() => isTaken(CERTIFICATE), 3000);
    writeFileSync(file, NEXT_CERTIFICATE);
    expect(await statuses(CERTIFICATE)).toEqual(new Set([200]));
    program.signal("SIGHUP");
    await eventually(() => isTaken(NEXT_CERTIFICATE), 3000);
    expect(await statuses(CERTIFICATE)).toEqual(new Set([401]));
    // Nowhere but in the file.
    const kept =
      readFileSync(join(program.folder, "data", "usermeta.db")).toString("latin1") + program.out + program.err;
    for (const secret of [CERTIFICATE, NEXT_CERTIFICATE]) expect(kept).not.toContain(secret);
  }, 30_000);
}
