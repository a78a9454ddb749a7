import type { Call } from "../command.ts";
import { shellQuoted } from "../serve/shell.ts";
import type { CommandContext } from "../terminal/command-context.ts";

export interface StoreUse extends Pick<Call, "loaded"> {
  readonly io: Pick<CommandContext, "env">;
}

/** The `--store` flag for the store in use, quoted for a shell and after a space; empty for the default store. */
export function storeFlag({ loaded: { config, settings }, io: { env } }: StoreUse): string {
  const source = settings.find(({ key }) => key === "store")?.source;
  if (source === "default") return "";
  // A flag holds no password. If only the environment's address has it, a pasted command must use that address.
  const isPasswordApart = Boolean(env.USERMETA_STORE_PASSWORD || env.USERMETA_STORE_PASSWORD_FILE);
  if (source === "environment" && config.store.password !== undefined && !isPasswordApart) return "";
  return ` --store ${shellQuoted(config.store.text)}`;
}
