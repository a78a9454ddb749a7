/** THE TABLE of commands: `run` and every `--help` are made from it. */
import type { Command } from "./command.ts";
import { appCreate } from "./commands/app-create.ts";
import { appDelete } from "./commands/app-delete.ts";
import { appList } from "./commands/app-list.ts";
import { appRotateSecret } from "./commands/app-rotate-secret.ts";
import { appSet } from "./commands/app-set.ts";
import { appShow } from "./commands/app-show.ts";
import { config } from "./commands/config.ts";
import { copy } from "./commands/copy.ts";
import { migrate } from "./commands/migrate.ts";
import { serve } from "./commands/serve.ts";
import { tokenCheck } from "./commands/token-check.ts";
import { tokenIssue } from "./commands/token-issue.ts";
import { tokenRevoke } from "./commands/token-revoke.ts";
import { tokenRotateKey } from "./commands/token-rotate-key.ts";
import { userCreate } from "./commands/user-create.ts";
import { userDelete } from "./commands/user-delete.ts";
import { userList } from "./commands/user-list.ts";
import { userShow } from "./commands/user-show.ts";

export const COMMANDS: readonly Command[] = [
  serve,
  appCreate,
  appList,
  appShow,
  appSet,
  appRotateSecret,
  appDelete,
  userCreate,
  userList,
  userShow,
  userDelete,
  tokenIssue,
  tokenCheck,
  tokenRevoke,
  tokenRotateKey,
  migrate,
  copy,
  config,
];

/** The first words of the two-word commands. */
export const GROUPS: Readonly<Record<string, string>> = {
  app: "Make, change and remove apps. A running server notices within a second.",
  user: "Make, look at and remove the users of an app.",
  token: "Issue, check and revoke tokens, and change the key that signs them.",
};
