import { address, addressText } from "../../config/values.ts";
import type { Accounts } from "../../core/accounts/accounts.ts";
import { type ResolvedApp, resolveApp } from "../../core/apps/registry.ts";
import { OPERATOR } from "../../core/authority.ts";
import { appKey } from "../../core/model.ts";
import { Refusal } from "../../core/refusals.ts";
import { findStoreHolder, keepServersOff } from "../../store/open.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Call } from "../command.ts";
import { reachableUrl } from "../serve/listening.ts";
import { shellQuoted } from "../serve/shell.ts";
import { refused } from "../terminal/failure.ts";
import { commandAccounts } from "./command-accounts.ts";
import { type LastingLocation, lastingLocation, openCommandStore, unknownApp } from "./command-store.ts";
import { locationText } from "./location-text.ts";
import { type UserAdmin, userTaken } from "./user-admin.ts";

/** In place of a client's address: no other caller is in this process. */
const HERE = { address: "" };

/**
 * Changes users directly in the store, by the server's rules. Fails if a server holds the store exclusively. Servers that
 * share a store learn of the command's changes through the change feed.
 */
export async function storeUsers({ args: [appText = ""], loaded: { config } }: Call): Promise<UserAdmin> {
  const app = appKey(appText);
  if (app === undefined) throw unknownApp(appText);
  const location = lastingLocation(config);
  await refuseWhereServed(location);

  /** A server may have started while the command waited for a confirmation. From here on, none can until the change ends. */
  async function change<T>(how: (accounts: Accounts, resolved: ResolvedApp) => Promise<T>): Promise<T> {
    await using opened = await openCommandStore(config, "refuse");
    using _held = await keepServersOff(location).catch(async (error) => {
      if (error instanceof StoreError && error.fault === "in_use") await refuseWhereServed(location);
      throw error;
    });
    return await how(commandAccounts(opened.store), resolveApp(await opened.app(appText), config.defaults));
  }

  return {
    app,
    create: ({ username, password, nickname }) =>
      change(async (accounts, resolved) => {
        if (password !== undefined) {
          return await accounts.register(resolved, OPERATOR, HERE, { username, password, nickname }).catch((error) => {
            const isTaken = error instanceof Refusal && error.refused.code === "user_taken";
            throw isTaken ? userTaken(username, app) : error;
          });
        }
        const created = await accounts.create(resolved.app, username, nickname);
        if (created === "taken") throw userTaken(username, app);
        return created;
      }),
    async remove(username) {
      await change((accounts, resolved) => accounts.remove(resolved, OPERATOR, username));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function refuseWhereServed(location: LastingLocation): Promise<void> {
  const holder = await findStoreHolder(location);
  if (holder === undefined) return;
  throw refused(
    `${locationText(location)} is being served by process ${holder.pid}, listening on ${holder.listen}: ` +
      `go through that server with --url ${urlOf(holder.listen)} and USERMETA_OPERATOR_KEY`,
  );
}

/** The URL of a server on this machine. With port 0 the actual port is unknown. */
function urlOf(listen: string): string {
  const { data } = address.safeParse(listen);
  if (data === undefined || data.port === 0) return "http://…";
  return shellQuoted(reachableUrl(new URL(`http://${addressText(data)}`)));
}
