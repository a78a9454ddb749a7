import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cli } from "./cli.ts";

const URL_WITH_PASSWORD = "mysql://ada:hush1815@db1,db2:3307/chat";
const TEXT = "mysql://ada@db1:3306,db2:3307/chat";

test("config shows where the store is, and never its password", async () => {
  using cli = new Cli();
  writeFileSync(join(cli.folder, "password"), "hush1815\n");
  for (const env of [
    { USERMETA_STORE: URL_WITH_PASSWORD },
    { USERMETA_STORE: TEXT, USERMETA_STORE_PASSWORD: "hush1815" },
    { USERMETA_STORE: TEXT, USERMETA_STORE_PASSWORD_FILE: "password" },
  ]) {
    const shown = (await cli.ok("config", { env })) + (await cli.ok("config --json", { env }));
    expect(shown).toMatch(/^USERMETA_STORE +mysql:\/\/ada@db1:3306,db2:3307\/chat +environment/m);
    expect(shown).not.toContain("hush1815");
  }
});

test("help reveals no configured value", async () => {
  using cli = new Cli();
  const help = await cli.ok("serve --help", { env: { USERMETA_STORE: URL_WITH_PASSWORD } });
  expect(help).not.toContain("hush1815");
});

for (const line of [
  `app list --store ${URL_WITH_PASSWORD}`,
  `serve --store ${URL_WITH_PASSWORD}`,
  `app list --stor=${URL_WITH_PASSWORD}`,
  `app show a/b ${URL_WITH_PASSWORD}`,
  `app show ${URL_WITH_PASSWORD}`,
  `${URL_WITH_PASSWORD}`,
  `serve --listen ${URL_WITH_PASSWORD}`,
  `user create a/b ada --url ${URL_WITH_PASSWORD}`,
  `app create ${URL_WITH_PASSWORD}`,
  `app list --store=mysql://ada:hush1815/x@db/chat`,
]) {
  test(`\`usermeta ${line}\` is refused, and nothing printed holds the password`, async () => {
    using cli = new Cli();
    await cli.ok("app create a/b");
    const { code, out, err } = await cli.run(line);
    expect(code).toBeGreaterThan(0);
    expect(err).toMatch(/^usermeta: /);
    expect(out + err).not.toContain("hush1815");
  });
}

test("a password on the command line is refused with what to do instead", async () => {
  using cli = new Cli();
  expect(await cli.run(`app list --store ${URL_WITH_PASSWORD}`)).toEqual({
    code: 2,
    out: "",
    err:
      "usermeta: --store: must hold no password: command lines are seen by every user of a machine; " +
      "use USERMETA_STORE_PASSWORD_FILE or the environment\n",
  });
});
