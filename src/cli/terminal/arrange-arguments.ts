import { didYouMean } from "../../config/did-you-mean.ts";
import { OPTION_KEYS, OPTIONS, type Option } from "../../config/options.ts";
import type { Command } from "../command.ts";
import { COMMANDS, GROUPS } from "../command-table.ts";
import { URL_FLAG } from "../store/remote-user-admin.ts";
import { usageError } from "./failure.ts";

/** Arguments in the order that Commander expects: the command's words first. */
interface Arranged {
  readonly argv: readonly string[];
  /** Undefined: the user asked only for help or the version. */
  readonly command: Command | undefined;
  /** A command is missing: show the help of this group, or of the whole program for "". */
  readonly incomplete?: string;
}

/** Flags that may also stand before the command, because they mean the same in every command that has them. */
const GLOBAL_SWITCHES: readonly string[] = ["--json"];
const GLOBAL_FLAGS: readonly string[] = [
  `--${URL_FLAG.name}`,
  ...OPTION_KEYS.map((key): Option => OPTIONS[key]).flatMap(({ flag }) => (flag === undefined ? [] : `--${flag}`)),
];
const HELP_FLAGS: readonly string[] = ["-h", "--help"];
const VERSION_FLAGS: readonly string[] = ["-v", "--version"];
const HELP = "help";

/** Moves global flags behind the command, and turns `help COMMAND` into `COMMAND --help`. Fails on unknown commands. */
export function arrangeArguments(argv: readonly string[]): Arranged {
  const words: string[] = [];
  const moved: string[] = [];
  let isHelp = false;
  let at = 0;
  for (; at < argv.length; at++) {
    const argument = argv[at] ?? "";
    if (!argument.startsWith("-")) {
      if (argument === HELP && !isHelp) isHelp = true;
      else words.push(argument);
      if (commandOf(words) !== undefined) break;
      checkWords(words);
    } else if (VERSION_FLAGS.includes(argument)) {
      return { argv: ["--version"], command: undefined };
    } else if (HELP_FLAGS.includes(argument)) {
      isHelp = true;
    } else {
      moved.push(argument);
      if (takesNext(argument)) moved.push(...argv.slice(++at, at + 1));
    }
  }
  if (isHelp) return { argv: [...words, "--help"], command: undefined };
  const command = commandOf(words);
  if (command === undefined) return { argv: [], command, incomplete: words[0] ?? "" };
  return { argv: [...words, ...moved, ...argv.slice(at + 1)], command };
}

function commandOf(words: readonly string[]): Command | undefined {
  const name = words.join(" ");
  return COMMANDS.find((command) => command.name === name);
}

/** Whether the next argument is the value of this flag. Fails on a flag that may not stand before the command. */
function takesNext(argument: string): boolean {
  const [flag = ""] = argument.split("=");
  if (GLOBAL_SWITCHES.includes(flag)) return false;
  if (GLOBAL_FLAGS.includes(flag)) return !argument.includes("=");
  const isOfSome = COMMANDS.some(({ flags = [] }) => flags.some(({ name }) => `--${name}` === flag));
  if (isOfSome) throw usageError(`${flag} belongs after the command`);
  const known = [...GLOBAL_SWITCHES, ...GLOBAL_FLAGS, "--help", "--version"];
  throw usageError(`unknown option '${flag}'${didYouMean(flag, known)}`);
}

/** Fails unless the words are the beginning of a command. */
function checkWords(words: readonly string[]): void {
  const [first = "", second] = words;
  const isGroup = Object.hasOwn(GROUPS, first);
  if (words.length === 0 || (isGroup && second === undefined)) return;
  const names = COMMANDS.map(({ name }) => name.split(" "));
  if (isGroup) {
    const ofGroup = names.flatMap(([group, name]) => (group === first && name !== undefined ? [name] : []));
    const meant = didYouMean(second ?? "", ofGroup).replace("mean ", `mean ${first} `);
    throw usageError(`unknown command '${first} ${second}'${meant || `: see \`usermeta help ${first}\``}`);
  }
  const withGroup = names.filter(([, name]) => name === first).map((name) => name.join(" "));
  const meant =
    withGroup.length > 0
      ? `: did you mean ${withGroup.join(" or ")}?`
      : didYouMean(first, [...new Set(names.map(([name = ""]) => name)), HELP]);
  throw usageError(`unknown command '${first}'${meant || ": see `usermeta help`"}`);
}
