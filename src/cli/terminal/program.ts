import { Command as CommanderCommand } from "commander";
import { version } from "../../../package.json";
import { OPTIONS, type Option, type OptionKey } from "../../config/options.ts";
import { type Command, configOptions, ownFlags } from "../command.ts";
import { COMMANDS, GROUPS } from "../command-table.ts";
import type { CommandContext } from "./command-context.ts";

/** A parsed command line. */
export interface Invocation {
  readonly command: Command;
  readonly args: readonly string[];
  /** The command's own flags, by name. */
  readonly flags: ReadonlyMap<string, string | true>;
  /** The flags of the configuration, by option. */
  readonly options: Partial<Record<OptionKey, string>>;
}

const NOTE = `\
\`usermeta help COMMAND\` explains one command. --json, --url and the flags of
the configuration may also stand before the command.
Every option can also be set in the environment, and a secret also as NAME_FILE:
see \`usermeta config\`. Sizes in bytes may be written as 16k, 2m or 10g.
Exit codes: 0 success, 1 the command failed or was refused, 2 wrong usage or
configuration.`;

/** Commander's parser and help for the table of commands. It throws errors and never ends the process. */
export function createProgram(
  { stdout, stderr }: Pick<CommandContext, "stdout" | "stderr">,
  onInvocation: (invocation: Invocation) => Promise<void>,
): CommanderCommand {
  const root = new CommanderCommand("usermeta")
    .description("A self-hosted server for the user attributes of chat apps.")
    .version(version, "-v, --version", "print the version")
    .addHelpText("after", `\n${NOTE}`)
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // The error is also thrown, and reported like all others.
      outputError: () => {},
    });
  // All commands in one list, instead of their groups.
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
  const ofConfig = new Map<string, OptionKey>();
  for (const key of configOptions(command)) {
    const row: Option = OPTIONS[key];
    const option = added.createOption(`--${row.flag} <${row.placeholder}>`, `${row.help} (${row.name})`);
    ofConfig.set(option.attributeName(), key);
    added.addOption(option);
  }
  added.action(async () => {
    const flags = new Map<string, string | true>();
    const options: Partial<Record<OptionKey, string>> = {};
    for (const [attribute, value] of Object.entries(added.opts<Record<string, string | true>>())) {
      const name = ownOptions.get(attribute);
      const key = ofConfig.get(attribute);
      if (name !== undefined) flags.set(name, value);
      else if (key !== undefined && typeof value === "string") options[key] = value;
    }
    await onInvocation({ command, args: added.args, flags, options });
  });
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
