import type { CommanderError } from "commander";
import { didYouMean } from "../../config/did-you-mean.ts";
import { fileName, OPTION_KEYS, OPTIONS, type Option } from "../../config/options.ts";
import { type Command, flagNames } from "../command.ts";
import { COMMANDS } from "../command-table.ts";
import { type Failure, usageError } from "./failure.ts";

const ABOUT_ARGUMENTS: readonly string[] = ["commander.missingArgument", "commander.excessArguments"];

/** Commander's error about the arguments of a command, with a hint. */
export function usageMistake(error: CommanderError, command: Command): Failure {
  const text = error.message.replace(/^error: /, "").trimEnd();
  const [, given] = error.code === "commander.unknownOption" ? (/^unknown option '([^'=]+)/.exec(text) ?? []) : [];
  if (given !== undefined) return usageError(`${unknownFlag(given, command)}`);
  if (ABOUT_ARGUMENTS.includes(error.code)) return usageError(`${text.replace(/\.$/, "")}: ${usageOf(command)}`);
  return usageError(text);
}

function unknownFlag(flag: string, command: Command): string {
  const secret = OPTION_KEYS.map((key): Option => OPTIONS[key]).find(
    ({ name, flag: itsFlag }) => itsFlag === undefined && flag === flagLike(name),
  );
  if (secret !== undefined) {
    return `unknown option '${flag}': secrets have no flags; set ${secret.name} or ${fileName(secret)}`;
  }
  const meant = didYouMean(flag, [...flagNames(command), "--help"]);
  const isOfOthers = COMMANDS.some((other) => flagNames(other).includes(flag));
  const what = isOfOthers ? `${command.name} does not take ${flag}` : `unknown option '${flag}'`;
  return what + (meant || `: see \`usermeta help ${command.name}\``);
}

function flagLike(name: string): string {
  return `--${name
    .replace(/^USERMETA_/, "")
    .toLowerCase()
    .replaceAll("_", "-")}`;
}

function usageOf({ name, args = [] }: Command): string {
  const words = args.map((argument) => (argument.optional ? `[${argument.name}]` : `<${argument.name}>`));
  return ["usermeta", name, ...words].join(" ");
}
