import { createApps } from "../../../src/core/apps/apps.ts";
import { appKey, userName } from "../../../src/core/model.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { systemClock as clock } from "../../../src/system/clock.ts";
import { systemDigest as digest } from "../../../src/system/digest.ts";
import { systemRandom as random } from "../../../src/system/random.ts";
import { APP_KEY, CLIENT } from "../../harness/usermeta-process.ts";
import { soakUserName } from "./soak-users.ts";

/** Makes a store with the app of the tests' servers and the users of a soak, who have no passwords and no attributes. */
export async function makeSoakStore(path: string, connections: number, usersEach: number): Promise<void> {
  await using store = await openSqliteStore(path);
  const key = appKey(APP_KEY);
  if (key === undefined) throw new Error(`${APP_KEY} is no app key`);
  const made = await createApps({ store, clock, random, digest }).create(key, {}, CLIENT);
  if (made === "taken") throw new Error(`${path} is no fresh store`);
  for (let connection = 0; connection < connections; connection++) {
    const users = Array.from({ length: usersEach }, (_, index) => {
      const name = userName(soakUserName(connection, index));
      if (name === undefined) throw new Error("a user of the soak has an illegal name");
      return { id: random.uuid(), name, passwordHash: null, nickname: null, created: clock.now() };
    });
    await store.insertUsers(made.app.number, users);
  }
}
