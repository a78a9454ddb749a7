import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { APP_ID, CERTIFICATE } from "../identity/vendors/agora-tokens.ts";
import { Cli } from "./cli.ts";

const AGORA = `--agora-app-id ${APP_ID} --agora-certificate-file`;
const EASEMOB = "--easemob-client-id YXA6 --easemob-client-secret-file";
const OIDC = "--oidc-issuer https://id.example.com --oidc-audience profiles --oidc-jwks";

test("a secret's file that cannot be read is named when it is set, and set all the same", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  mkdirSync(join(cli.folder, "folder"));
  writeFileSync(join(cli.folder, "empty"), "\n\n");
  for (const [line, flag, file, reason] of [
    [`app set a/b ${AGORA} gone`, "agora-certificate-file", "gone", "cannot be read (ENOENT)"],
    [`app create a/c ${AGORA} gone`, "agora-certificate-file", "gone", "cannot be read (ENOENT)"],
    ["app set a/b --agora-certificate-file folder", "agora-certificate-file", "folder", "cannot be read (EISDIR)"],
    [`app set a/b ${EASEMOB} empty`, "easemob-client-secret-file", "empty", "is empty"],
    [`app create a/d ${OIDC} keys.json`, "oidc-jwks", "keys.json", "cannot be read (ENOENT)"],
  ] as const) {
    const { code, out, err } = await cli.run(`${line} --json`);
    const path = join(cli.folder, file);
    const warning = `warning: --${flag} "${path}": the file ${reason}; the app's tokens fail until the server can read it`;
    expect([line, code, err]).toEqual([line, 0, `usermeta: ${warning}\n`]);
    expect(JSON.stringify(JSON.parse(out).identity)).toContain(path);
  }
});

test("a file that can be read, a URL and discovery are set without a word", async () => {
  using cli = new Cli();
  writeFileSync(join(cli.folder, "certificates"), `${CERTIFICATE}\n`);
  const agora = `${AGORA} certificates`;
  for (const flags of [agora, `${OIDC} discovery`, `${OIDC} https://id.example.com/keys`, "--agora-app-id none"]) {
    const line = flags === agora ? `app create a/b ${flags}` : `app set a/b ${flags}`;
    expect(await cli.run(line)).toMatchObject({ code: 0, err: "" });
  }
});

for (const command of ["app list", "config", "serve", "user create a/b ada --url http://127.0.0.1:1"]) {
  test(`${command}: a secret's file of the environment that cannot be read is a mistake: exit 2`, async () => {
    using cli = new Cli();
    mkdirSync(join(cli.folder, "folder"));
    writeFileSync(join(cli.folder, "empty"), "\n");
    const env = {
      USERMETA_OPERATOR_KEY_FILE: "./folder",
      USERMETA_STORE_PASSWORD_FILE: "./gone",
      USERMETA_CLIENT_SECRET_FILE: "./empty",
      USERMETA_CLIENT_ID: "id",
      USERMETA_APP: "a/b",
    };
    expect(await cli.run(command, { env })).toEqual({
      code: 2,
      out: "",
      err:
        'usermeta: USERMETA_STORE_PASSWORD_FILE="./gone": the file cannot be read (ENOENT)\n' +
        'usermeta: USERMETA_CLIENT_SECRET_FILE="./empty": the file is empty\n' +
        'usermeta: USERMETA_OPERATOR_KEY_FILE="./folder": the file cannot be read (EISDIR)\n',
    });
  });
}
