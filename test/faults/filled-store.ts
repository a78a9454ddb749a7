import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { send } from "../harness/client.ts";
import { OPERATOR_KEY } from "../harness/usermeta-process.ts";
import { withUsers } from "../store/sqlite-fixture.ts";

/** Not the one that a `UsermetaProcess` creates. */
export const FILLED_APP = "org/filled";

/** A store with users that no server has served yet. */
export async function fillStore(path: string, names: readonly string[]): Promise<void> {
  await using store = await openSqliteStore(path);
  await withUsers(store, names, FILLED_APP);
}

/** The calls of the operator on that app. */
export function filledApp(origin: string) {
  const base = `${origin}/${FILLED_APP}/metadata/user`;
  return {
    set: (user: string, form: Readonly<Record<string, string>>) =>
      send("PUT", `${base}/${user}`, { token: OPERATOR_KEY, form }),
    get: (user: string) => send("GET", `${base}/${user}`, { token: OPERATOR_KEY }),
    async capacity(): Promise<number> {
      return (await send("GET", `${base}/capacity`, { token: OPERATOR_KEY })).body.data;
    },
    ready: () => send("GET", `${origin}/-/ready`),
  };
}
