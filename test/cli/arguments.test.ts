import { expect, test } from "bun:test";
import { version } from "../../package.json";
import { flagNames } from "../../src/cli/command.ts";
import { COMMANDS, GROUPS } from "../../src/cli/command-table.ts";
import { Cli } from "./cli.ts";

test("-v and --version print the version, also after a global flag", async () => {
  using cli = new Cli();
  for (const line of ["-v", "--version", "--json -v"]) expect(await cli.ok(line)).toBe(`${version}\n`);
});

test("help, -h and --help before or after a command's name print the same", async () => {
  using cli = new Cli();
  for (const name of ["", ...Object.keys(GROUPS), ...COMMANDS.map((command) => command.name)]) {
    const help = await cli.ok(`${name} --help`.trim());
    for (const line of [`help ${name}`, `--help ${name}`, `${name} -h`, `--json help ${name}`]) {
      expect([line, await cli.ok(line.trim())]).toEqual([line, help]);
    }
  }
  expect(await cli.ok("user help list")).toBe(await cli.ok("help user list"));
  expect(await cli.run("help frobnicate")).toMatchObject({ code: 2, out: "" });
});

test("global flags may precede a command, stand within its name or follow it", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b --store sqlite:other.db");
  const expected = await cli.ok("app list --json --store sqlite:other.db");
  expect(JSON.parse(expected)).toHaveLength(1);
  for (const line of [
    "--json --store sqlite:other.db app list",
    "--store=sqlite:other.db --json app list",
    "--store sqlite:other.db app --json list",
    "app --store sqlite:other.db list --json",
    "--store sqlite:gone.db app list --json --store sqlite:other.db",
  ]) {
    expect([line, await cli.ok(line)]).toEqual([line, expected]);
  }
  const rows = await cli.json("--listen 8081 --cache-bytes 16k config");
  expect(rows).toContainEqual(expect.objectContaining({ name: "USERMETA_LISTEN", value: "127.0.0.1:8081" }));
  expect(rows).toContainEqual(expect.objectContaining({ name: "USERMETA_CACHE_BYTES", value: "16384" }));
});

test("serve takes its flags before the command, and --url reaches the server from there", async () => {
  using cli = new Cli();
  const env = { USERMETA_OPERATOR_KEY: "operator-of-the-cli-tests" };
  await cli.ok("app create a/b --store sqlite:other.db");
  const serving = await cli.serve("", { env: { ...env, USERMETA_STORE: "sqlite:other.db" } });
  await cli.ok(`--url ${serving.server} user create a/b ada`, { env });
  expect(await cli.json("--store sqlite:other.db user list a/b")).toHaveLength(1);
  await serving.stop();
});

test("a global flag means the same in every command: it takes a value everywhere or nowhere", () => {
  for (const name of ["--json", "--url", "--store", "--listen"]) {
    expect(COMMANDS.some((command) => flagNames(command).includes(name))).toBe(true);
  }
  const placeholders = COMMANDS.flatMap(({ flags = [] }) => flags.filter(({ name }) => name === "url"));
  expect(placeholders.every(({ placeholder }) => placeholder !== undefined)).toBe(true);
});

const MISSES: readonly (readonly [line: string, message: string])[] = [
  ["ap list", "unknown command 'ap': did you mean app?"],
  ["users list a/b", "unknown command 'users': did you mean user?"],
  ["Serve", "unknown command 'Serve': did you mean serve?"],
  ["hlep", "unknown command 'hlep': did you mean help?"],
  ["list", "unknown command 'list': did you mean app list or user list?"],
  ["rotate-key", "unknown command 'rotate-key': did you mean token rotate-key?"],
  ["frobnicate", "unknown command 'frobnicate': see `usermeta help`"],
  ["app lst", "unknown command 'app lst': did you mean app list?"],
  ["app rotate a/b", "unknown command 'app rotate': did you mean app rotate-secret?"],
  ["token frobnicate", "unknown command 'token frobnicate': see `usermeta help token`"],
  ["help app crate", "unknown command 'app crate': did you mean app create?"],
  ["app list --jsno", "unknown option '--jsno': did you mean --json?"],
  ["app set a/b --rate-per-secnd=5", "unknown option '--rate-per-secnd': did you mean --rate-per-second?"],
  ["serve --lisen 8080", "unknown option '--lisen': did you mean --listen?"],
  ["user create a/b ada --password x", "unknown option '--password': did you mean --password-stdin?"],
  ["app list --frobnicate", "unknown option '--frobnicate': see `usermeta help app list`"],
  ["app list --limit 3", "app list does not take --limit: see `usermeta help app list`"],
  ["--sotre sqlite:a.db app list", "unknown option '--sotre': did you mean --store?"],
  ["--user ada token issue a/b", "--user belongs after the command"],
  [
    "serve --operator-key hush-hush",
    "unknown option '--operator-key': secrets have no flags; set USERMETA_OPERATOR_KEY or USERMETA_OPERATOR_KEY_FILE",
  ],
  ["app show", "missing required argument 'org/app': usermeta app show <org/app>"],
  [
    "user show a/b c d",
    "too many arguments for 'show'. Expected 2 arguments but got 3: usermeta user show <org/app> <username>",
  ],
  ["app set a/b --dialect 2025", '--dialect "2025": must be 2021 or 2026: did you mean 2021?'],
  ["app set a/b --conflicts refse", '--conflicts "refse": must be refuse or merge: did you mean refuse?'],
  ["app set a/b --check-ext of", '--check-ext "of": must be on or off: did you mean off?'],
  [
    "app set a/b --registration authorized",
    '--registration "authorized": must be open or authorised, or default: did you mean authorised?',
  ],
  [
    "app set a/b --batch-max defualt",
    '--batch-max "defualt": must be a whole number from 1 to 1000, or default: did you mean default?',
  ],
  ["app create a/b --user-claim-map hahs", '--user-claim-map "hahs": must be none, escape or hash: did you mean hash?'],
];

for (const [line, message] of MISSES) {
  test(`\`usermeta ${line}\` says in one line what may be meant: exit 2`, async () => {
    using cli = new Cli();
    const { code, out, err } = await cli.run(line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.split("\n")[0]).toBe(`usermeta: ${message}`);
  });
}

test("a store's password in place of a command is not repeated", async () => {
  using cli = new Cli();
  const { code, out, err } = await cli.run("mysql://ada:hush1815@db/chat --json");
  expect(code).toBe(2);
  expect(out + err).not.toContain("hush1815");
});

test("sizes of an app take units, as those of the server do", async () => {
  using cli = new Cli();
  const created = await cli.json("app create a/b --user-bytes-max 16k --app-bytes-max 10G");
  expect(created).toMatchObject({ userBytesMax: 16_384, appBytesMax: 10_737_418_240 });
  expect(await cli.json("app set a/b --user-bytes-max 2K")).toMatchObject({ userBytesMax: 2048 });
  for (const text of ["257k", "1.5k", "16kb", "k"]) {
    const { code, err } = await cli.run(`app set a/b --user-bytes-max ${text}`);
    expect(code).toBe(2);
    expect(err).toStartWith(`usermeta: --user-bytes-max "${text}": must be a whole number from 1 to 262144, with or`);
  }
});
