import { type Call, flagText } from "../command.ts";
import { storeUsers } from "./local-user-admin.ts";
import { serverUsers, URL_FLAG } from "./remote-user-admin.ts";
import type { UserAdmin } from "./user-admin.ts";

/** Through the server when `--url` names one; a store that a server holds is changed by that server alone. */
export async function openUserAdmin(call: Call): Promise<UserAdmin> {
  const url = flagText(call, URL_FLAG.name);
  return url === undefined ? await storeUsers(call) : serverUsers(call, url);
}
