import { type Call, flagText } from "../command.ts";
import { storeUsers } from "./local-user-admin.ts";
import { serverUsers, URL_FLAG } from "./remote-user-admin.ts";
import type { UserAdmin } from "./user-admin.ts";

/** Uses the server that `--url` names. Without `--url`, opens the store, which no server may hold exclusively. */
export async function openUserAdmin(call: Call): Promise<UserAdmin> {
  const url = flagText(call, URL_FLAG.name);
  return url === undefined ? await storeUsers(call) : serverUsers(call, url);
}
