/** THE TABLE of commands: `run` and every `--help` are generated from it. */
import type { Command } from "./command.ts";
import { appCreate } from "./commands/app/app-create.ts";
import { appDelete } from "./commands/app/app-delete.ts";
import { appList } from "./commands/app/app-list.ts";
import { appRotateSecret } from "./commands/app/app-rotate-secret.ts";
import { appSet } from "./commands/app/app-set.ts";
import { appShow } from "./commands/app/app-show.ts";
import { config } from "./commands/config.ts";
import { copy } from "./commands/copy.ts";
import { migrate } from "./commands/migrate.ts";
import { serve } from "./commands/serve.ts";
import { tokenCheck } from "./commands/token/token-check.ts";
import { tokenIssue } from "./commands/token/token-issue.ts";
import { tokenRevoke } from "./commands/token/token-revoke.ts";
import { tokenRotateKey } from "./commands/token/token-rotate-key.ts";
import { userCreate } from "./commands/user/user-create.ts";
import { userDelete } from "./commands/user/user-delete.ts";
import { userList } from "./commands/user/user-list.ts";
import { userShow } from "./commands/user/user-show.ts";

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
  app: "Create, change and delete apps. A running server follows within a second.",
  user: "Create, show and delete the users of an app.",
  token: "Issue, check and revoke tokens, and rotate the key that signs them.",
};
