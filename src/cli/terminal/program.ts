import { Command as CommanderCommand } from "commander";
import { version } from "../../../package.json";
import { OPTIONS, type Option, type OptionKey } from "../../config/options.ts";
import { redact } from "../../config/redact.ts";
import type { Command } from "../command.ts";
import { COMMANDS, GROUPS } from "../command-table.ts";
import type { CommandContext } from "./command-context.ts";

/** What the command line asks for. */
export interface Invocation {
  readonly command: Command;
  readonly args: readonly string[];
  /** The command's own, by name. */
  readonly flags: ReadonlyMap<string, string | true>;
  /** The configuration's, by option. */
  readonly options: Partial<Record<OptionKey, string>>;
}

const ENVIRONMENT_NOTE =
  "Every option can also be set in the environment, a secret also as NAME_FILE: see `usermeta config`.\n" +
  "Exit codes: 0 done, 1 refused or failed, 2 a mistake in the command line or the configuration.";

/** Commander's parser and help for the table of commands; it ends by throwing, never by ending the process. */
export function createProgram(
  { stdout, stderr }: Pick<CommandContext, "stdout" | "stderr">,
  onInvocation: (invocation: Invocation) => Promise<void>,
): CommanderCommand {
  const root = new CommanderCommand("usermeta")
    .description("A self-hosted server for the user attributes of chat apps.")
    .version(version, "--version", "print the version")
    .addHelpText("after", `\n${ENVIRONMENT_NOTE}`)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // It repeats what it did not understand, which may be the address of a store.
      outputError: (text, write) => write(`${redact(text.replace(/^error: /, "usermeta: ").trimEnd())}\n`),
    });
  // The whole table at once, instead of its groups.
  root.configureHelp({
    visibleCommands: (shown) => (shown === root ? leaves(root) : shown.commands.slice()),
    subcommandTerm: (shown) => `${pathOf(shown)} ${shown.usage().replace("[options]", "").trim()}`.trim(),
  });
  for (const command of COMMANDS) add(root, command, onInvocation);
  return root;
}

function add(root: CommanderCommand, command: Command, onInvocation: (invocation: Invocation) => Promise<void>): void {
  const words = command.name.split(" ");
  const parent = words.length === 1 ? root : group(root, words[0] ?? "");
  const added = parent.command(words.at(-1) ?? "").description(command.summary);
  for (const { name, optional, help } of command.args ?? []) {
    added.argument(optional ? `[${name}]` : `<${name}>`, help);
  }
  const ownOptions = new Map<string, string>();
  for (const { name, placeholder, help } of ownFlags(command)) {
    const option = added.createOption(placeholder === undefined ? `--${name}` : `--${name} <${placeholder}>`, help);
    ownOptions.set(option.attributeName(), name);
    added.addOption(option);
  }
  const configOptions = new Map<string, OptionKey>();
  for (const key of command.options ?? (["store"] as const)) {
    const row: Option = OPTIONS[key];
    if (row.flag === undefined) continue;
    const option = added.createOption(`--${row.flag} <${row.placeholder}>`, `${row.help} (${row.name})`);
    configOptions.set(option.attributeName(), key);
    added.addOption(option);
  }
  added.action(async () => {
    const flags = new Map<string, string | true>();
    const options: Partial<Record<OptionKey, string>> = {};
    for (const [attribute, value] of Object.entries(added.opts<Record<string, string | true>>())) {
      const name = ownOptions.get(attribute);
      const key = configOptions.get(attribute);
      if (name !== undefined) flags.set(name, value);
      else if (key !== undefined && typeof value === "string") options[key] = value;
    }
    await onInvocation({ command, args: added.args, flags, options });
  });
}

function ownFlags(command: Command): NonNullable<Command["flags"]> {
  const flags = command.flags ?? [];
  return command.silent ? flags : [...flags, { name: "json", help: "answer for programs, as JSON" }];
}

function group(root: CommanderCommand, name: string): CommanderCommand {
  const known = root.commands.find((command) => command.name() === name);
  return (
    known ??
    root
      .command(name)
      .description(GROUPS[name] ?? "")
      .helpCommand(false)
  );
}

function leaves(command: CommanderCommand): CommanderCommand[] {
  return command.commands.flatMap((child) => (child.commands.length === 0 ? [child] : leaves(child)));
}

function pathOf(command: CommanderCommand): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${parent.name()} ${command.name()}`;
}
