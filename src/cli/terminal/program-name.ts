import { name } from "../../../package.json";
import type { CommandContext } from "./command-context.ts";

const SCRIPTS: readonly string[] = ["start", "usermeta"];

/** The words that start this program in a shell, derived from npm's variables: a checkout is not on the shell's PATH. */
export function programName({
  npm_lifecycle_event: event = "",
  npm_package_name: owner,
}: CommandContext["env"]): string {
  if (event === "npx") return "npx usermeta";
  return SCRIPTS.includes(event) && owner === name ? "npm run -s usermeta --" : "usermeta";
}
