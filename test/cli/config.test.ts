import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPTION_KEYS, OPTIONS } from "../../src/config/options.ts";
import { Cli } from "./cli.ts";

test("config prints every option with value, source and help", async () => {
  using cli = new Cli();
  const env = { USERMETA_BATCH_MAX: "7" };
  const rows = await cli.json("config --listen 127.0.0.1:1", { env });
  expect(rows.map(({ name }: { name: string }) => name)).toEqual(OPTION_KEYS.map((key) => OPTIONS[key].name));
  expect(rows).toContainEqual({
    name: "USERMETA_BATCH_MAX",
    flag: "--batch-max",
    value: "7",
    source: "environment",
    unit: "users",
    secret: false,
    help: OPTIONS.batchMax.help,
  });
  const text = await cli.ok("config --listen 127.0.0.1:1", { env });
  expect(text).toMatch(/^USERMETA_LISTEN +127\.0\.0\.1:1 +flag +Address/m);
  expect(text).toMatch(/^USERMETA_BATCH_MAX +7 users +environment/m);
  expect(text).toMatch(/^USERMETA_APP +- +not set/m);
  for (const key of OPTION_KEYS) expect(text).toContain(OPTIONS[key].help);
});

test("config masks secrets, however they were given", async () => {
  using cli = new Cli();
  writeFileSync(join(cli.folder, "key"), "operator-key-in-a-file\n");
  const env = {
    USERMETA_APP: "a/b",
    USERMETA_CLIENT_ID: "id",
    USERMETA_CLIENT_SECRET: "hush-hush",
    USERMETA_OPERATOR_KEY_FILE: "key",
  };
  const shown = (await cli.ok("config", { env })) + (await cli.ok("config --json", { env }));
  expect(shown).not.toMatch(/hush-hush|operator-key-in-a-file/);
  expect(shown).toMatch(/^USERMETA_CLIENT_SECRET +\*\*\* +environment/m);
  expect(shown).toMatch(/^USERMETA_OPERATOR_KEY +\*\*\* +file/m);
});

for (const command of ["config", "serve", "app list", "migrate"]) {
  test(`${command}: all configuration errors together, exit 2, before anything is opened`, async () => {
    using cli = new Cli();
    const env = { USERMETA_BATCH_MAX: "0", USERMETA_REGISTRATION: "closed", USERMETA_LISTN: "x" };
    expect(await cli.run(command, { env })).toEqual({
      code: 2,
      out: "",
      err:
        "usermeta: USERMETA_LISTN is not an option: did you mean USERMETA_LISTEN?\n" +
        'usermeta: USERMETA_BATCH_MAX="0": must be a whole number from 1 to 1000\n' +
        'usermeta: USERMETA_REGISTRATION="closed": must be open or authorised\n',
    });
    expect(existsSync(join(cli.folder, "data"))).toBe(false);
  });
}
