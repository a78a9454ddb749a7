import { type Call, flagNames } from "../command.ts";
import { COMMANDS } from "../command-table.ts";
import { shellQuoted } from "../serve/shell.ts";
import type { CommandContext } from "../terminal/command-context.ts";

interface Use extends Pick<Call, "loaded"> {
  readonly io: Pick<CommandContext, "env">;
}

/** Lines in which every `usermeta COMMAND` between backquotes works on the store in use when it is pasted. */
export function withStoreInUse(lines: readonly string[], use: Use): readonly string[] {
  return lines.map((line) => line.replace(/`usermeta ([^`]+)`/g, (hint, command) => pasted(command, use) ?? hint));
}

function pasted(text: string, use: Use): string | undefined {
  const command = COMMANDS.find(({ name }) => text === name || text.startsWith(`${name} `));
  if (command === undefined || !flagNames(command).includes("--store")) return undefined;
  return `\`usermeta ${text}${storeFlag(use)}\``;
}

/** What a command must be given so that it works on the store in use, with a space before it; empty for the default. */
export function storeFlag({ loaded: { config, settings }, io: { env } }: Use): string {
  const source = settings.find(({ key }) => key === "store")?.source;
  if (source === "default") return "";
  // A flag holds no password: where the environment's address has it, that address is what a pasted command needs.
  const isPasswordApart = Boolean(env.USERMETA_STORE_PASSWORD || env.USERMETA_STORE_PASSWORD_FILE);
  if (source === "environment" && config.store.password !== undefined && !isPasswordApart) return "";
  return ` --store ${shellQuoted(config.store.text)}`;
}
