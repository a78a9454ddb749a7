import { expect, test } from "bun:test";
import { version } from "../../package.json";
import type { Command } from "../../src/cli/command.ts";
import { COMMANDS, GROUPS } from "../../src/cli/command-table.ts";
import { OPTIONS, type Option } from "../../src/config/options.ts";
import { Cli } from "./cli.ts";

/** The terms in one section of a help text: the text before the two blanks. */
function terms(help: string, section: string): string[] {
  const [, body = ""] = new RegExp(`^${section}:\\n((?: .*\\n?)+)`, "m").exec(help) ?? [];
  return [...body.matchAll(/^ {2}(\S.*?)(?: {2,}|$)/gm)].map(([, term = ""]) => term);
}

function usage({ name, args = [] }: Command): string {
  return [name, ...args.map((argument) => (argument.optional ? `[${argument.name}]` : `<${argument.name}>`))].join(" ");
}

function flagsOf({ flags = [], options = ["store"], silent }: Command): string[] {
  const own = flags.map(({ name, placeholder }) =>
    placeholder === undefined ? `--${name}` : `--${name} <${placeholder}>`,
  );
  const configured = options
    .map((key): Option => OPTIONS[key])
    .filter(({ flag }) => flag !== undefined)
    .map(({ flag, placeholder }) => `--${flag} <${placeholder}>`);
  return [...own, ...(silent ? [] : ["--json"]), ...configured, "-h, --help"];
}

test("--help lists every command of the table, and nothing else", async () => {
  using cli = new Cli();
  const help = await cli.ok("--help");
  expect(terms(help, "Commands")).toEqual(COMMANDS.map(usage));
});

for (const group of Object.keys(GROUPS)) {
  test(`${group} --help lists the commands of the group`, async () => {
    using cli = new Cli();
    const commands = COMMANDS.filter(({ name }) => name.startsWith(`${group} `)).map(usage);
    expect(commands.length).toBeGreaterThan(1);
    expect(terms(await cli.ok(`${group} --help`), "Commands")).toEqual(commands);
  });
}

for (const command of COMMANDS) {
  test(`${command.name} --help lists its arguments and flags, and nothing else`, async () => {
    using cli = new Cli();
    const help = await cli.ok(`${command.name} --help`);
    expect(help).toContain(command.summary.slice(0, 30));
    expect(terms(help, "Arguments")).toEqual((command.args ?? []).map(({ name }) => name));
    expect(terms(help, "Options").toSorted()).toEqual(flagsOf(command).toSorted());
  });
}

test("--version prints the package's version", async () => {
  using cli = new Cli();
  expect(await cli.ok("--version")).toBe(`${version}\n`);
});

const USAGE_MISTAKES = [
  "",
  "frobnicate",
  "app",
  "app frobnicate",
  "app show",
  "app show a/b c",
  "app list --frobnicate",
  "app set a/b --batch-max",
] as const;

for (const line of USAGE_MISTAKES) {
  test(`\`usermeta ${line}\` is a usage error: exit 2, and stdout stays empty`, async () => {
    using cli = new Cli();
    const { code, out, err } = await cli.run(line === "" ? [] : line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).not.toBe("");
  });
}
