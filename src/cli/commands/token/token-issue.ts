import { wholeNumber } from "../../../config/values.ts";
import { openRegistry, resolveApp } from "../../../core/apps/registry.ts";
import { OPERATOR } from "../../../core/authority.ts";
import { createGrants } from "../../../core/tokens/grants.ts";
import { createTokens, ensureSigningKey, type IssuedToken, TTL_SECONDS_MAX } from "../../../core/tokens/tokens.ts";
import { createEvents } from "../../../ops/events.ts";
import { openLog } from "../../../ops/log.ts";
import { systemClock as clock } from "../../../system/clock.ts";
import { systemDigest as digest } from "../../../system/digest.ts";
import { systemRandom as random } from "../../../system/random.ts";
import { systemTimers as timers } from "../../../system/timers.ts";
import { APP_ARGUMENT, type Call, type Command, flagText } from "../../command.ts";
import { commandAccounts, commandPasswords } from "../../store/command-accounts.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { usageError } from "../../terminal/failure.ts";

export const tokenIssue: Command = {
  name: "token issue",
  summary: "Issue a token for an app's admin or for one of its users.",
  args: [APP_ARGUMENT],
  flags: [
    { name: "user", placeholder: "username", help: "for this user instead of the app's admin" },
    { name: "ttl", placeholder: "seconds", help: "lifetime; 0 = permanent; defaults to the app's setting" },
  ],
  async run(call) {
    const ttlSeconds = givenTtl(call);
    const { config } = call.loaded;
    await using opened = await openCommandStore(config, "refuse");
    const { store } = opened;
    const app = await opened.app(call.args[0] ?? "");
    // A store that has never been served has no key yet.
    await ensureSigningKey({ store, random, clock });
    const { defaults } = config;
    const events = createEvents(openLog(config.log, call.io.stderr), timers);
    // This command verifies no tokens, so it has no cache to invalidate.
    const verified = { invalidateUser: () => {}, invalidateAll: () => {}, invalidateExternal: () => {} };
    const registry = await openRegistry({ store, defaults, events, clock, timers, tokens: verified });
    const tokens = createTokens({ registry, store, clock, digest });
    const passwords = commandPasswords();
    const grants = createGrants({ store, tokens, accounts: commandAccounts(store), digest, passwords });

    const username = flagText(call, "user");
    const issued: IssuedToken =
      username === undefined
        ? tokens.issue(app, undefined, ttlSeconds ?? app.tokenTtlSeconds)
        : await grants.inherit(resolveApp(app, defaults), OPERATOR, { username, autoCreate: false }, ttlSeconds);
    const { token, expiresInSeconds } = issued;
    return { json: { app: app.key, user: username ?? null, token, expiresInSeconds }, text: `${token}\n` };
  },
};

function givenTtl(call: Call): number | undefined {
  const text = flagText(call, "ttl");
  if (text === undefined) return undefined;
  const result = wholeNumber(0, TTL_SECONDS_MAX).safeParse(text);
  if (!result.success) throw usageError(`--ttl ${JSON.stringify(text)}: ${result.error.issues[0]?.message}`);
  return result.data;
}
