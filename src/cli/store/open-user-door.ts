import { type Call, flagText } from "../command.ts";
import { serverUsers, URL_FLAG } from "./server-users.ts";
import { storeUsers } from "./store-users.ts";
import type { UserDoor } from "./user-door.ts";

/** Through the server when `--url` names one; a store that a server holds is changed by that server alone. */
export async function openUserDoor(call: Call): Promise<UserDoor> {
  const url = flagText(call, URL_FLAG.name);
  return url === undefined ? await storeUsers(call) : serverUsers(call, url);
}
