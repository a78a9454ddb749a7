import { flagNames } from "../command.ts";
import { COMMANDS } from "../command-table.ts";
import { type StoreUse, storeFlag } from "../store/store-flag.ts";

/** Adds the store in use to every `usermeta COMMAND` between backquotes, so that a pasted command works on that store. */
export function withStoreInUse(lines: readonly string[], use: StoreUse): readonly string[] {
  return lines.map((line) => line.replace(/`usermeta ([^`]+)`/g, (hint, text) => pasted(text, use) ?? hint));
}

function pasted(text: string, use: StoreUse): string | undefined {
  const command = COMMANDS.find(({ name }) => text === name || text.startsWith(`${name} `));
  if (command === undefined || !flagNames(command).includes("--store")) return undefined;
  return `\`usermeta ${text}${storeFlag(use)}\``;
}
