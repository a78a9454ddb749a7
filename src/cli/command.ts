import type { LoadedConfig } from "../config/load.ts";
import { OPTIONS, type Option, type OptionKey } from "../config/options.ts";
import type { CommandContext } from "./terminal/command-context.ts";
import type { ExitCode } from "./terminal/failure.ts";

/** A positional argument. */
export interface Argument {
  readonly name: string;
  /** Only the last arguments may be optional. */
  readonly optional?: true;
  readonly help: string;
}

export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** Stands for the value in help. A flag without a value is a switch. */
  readonly placeholder?: string;
  readonly help: string;
}

/** A command's result, for programs and for people. `run` prints one of the two. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
  /** For a result that says no; defaults to success. */
  readonly exitCode?: ExitCode;
}

export interface Call {
  readonly args: readonly string[];
  readonly flags: ReadonlyMap<string, string | true>;
  readonly loaded: LoadedConfig;
  readonly io: CommandContext;
}

export interface Command {
  /** One word, or the group's name and one word. */
  readonly name: string;
  readonly summary: string;
  readonly args?: readonly Argument[];
  readonly flags?: readonly Flag[];
  /** The configuration's options that are flags of the command; defaults to the store. */
  readonly options?: readonly OptionKey[];
  /** The command has no result, and so no `--json`. */
  readonly silent?: true;
  /** Returns the result, or throws a `Failure`. Prints neither: `terminal/run.ts` does. Undefined if `silent`. */
  run(call: Call): Promise<Answer | undefined>;
}

export const APP_ARGUMENT: Argument = { name: "org/app", help: "the app" };
export const USER_ARGUMENT: Argument = { name: "username", help: "the user" };

export const JSON_FLAG: Flag = { name: "json", help: "print the result, or the error, as JSON" };

/** The command's own flags, without those of the configuration. */
export function ownFlags({ flags = [], silent }: Command): readonly Flag[] {
  return silent ? flags : [...flags, JSON_FLAG];
}

/** The options of the configuration that are flags of the command. */
export function configOptions({ options = ["store"] }: Command): readonly OptionKey[] {
  return options.filter((key) => (OPTIONS[key] as Option).flag !== undefined); // as: a row may have no flag
}

/** All flags of a command, with their dashes. */
export function flagNames(command: Command): readonly string[] {
  const own = ownFlags(command).map(({ name }) => name);
  const ofConfig = configOptions(command).map((key) => (OPTIONS[key] as Option).flag); // as: above
  return [...own, ...ofConfig].map((name) => `--${name}`);
}

/** The text given with a flag; undefined when the flag was not given. */
export function flagText({ flags }: Pick<Call, "flags">, name: string): string | undefined {
  const value = flags.get(name);
  return typeof value === "string" ? value : undefined;
}
