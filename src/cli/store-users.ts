import { OPERATOR } from "../core/authority.ts";
import { serve } from "../core/registry.ts";
import { findStoreHolder } from "../store/open.ts";
import type { Call } from "./command.ts";
import { commandAccounts } from "./command-accounts.ts";
import { lastingLocation, openCommandStore } from "./command-store.ts";
import { refused } from "./failure.ts";
import { locationText } from "./location-text.ts";
import type { UserDoor } from "./user-door.ts";

/** In place of an address: nobody else asks in this process. */
const HERE = { address: "" };

/**
 * Users by the rules themselves, on a store that no server holds for itself alone. Where servers share a store, the
 * changes that a command makes reach them as those of any other server do.
 */
export async function storeUsers({ args: [appText = ""], loaded: { config } }: Call): Promise<UserDoor> {
  const location = lastingLocation(config);
  const holder = await findStoreHolder(location);
  if (holder !== undefined) {
    throw refused(
      `${locationText(location)} is being served by process ${holder.pid}, listening on ${holder.listen}: ` +
        "go through that server with --url http://… and USERMETA_OPERATOR_KEY",
    );
  }
  await using opening = new AsyncDisposableStack();
  const opened = opening.use(await openCommandStore(config, "refuse"));
  const app = await opened.app(appText);
  const accounts = commandAccounts(opened.store);
  const served = serve(app, config.defaults);
  const owned = opening.move();
  return {
    app: app.key,
    async create({ username, password, nickname }) {
      if (password !== undefined) {
        return await accounts.register(served, OPERATOR, HERE, { username, password, nickname });
      }
      const created = await accounts.create(app, username, nickname);
      if (created === "taken") throw refused(`there is a user ${username} in ${app.key} already`);
      return created;
    },
    async remove(username) {
      await accounts.remove(served, OPERATOR, username);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
