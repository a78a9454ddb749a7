import type { Asker } from "../admission/asker.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import type { Clock, Store } from "../ports.ts";
import { badToken, Refusal } from "../refusals.ts";
import type { ExternalAuthenticator } from "./external-authenticator.ts";
import type { Tokens } from "./tokens.ts";

export interface ExchangedToken {
  readonly token: string;
  /** ms since 1970. */
  readonly expires: number;
}

export interface TokenExchange {
  /** One of ours for one that the app takes from somebody else (protocol.md § 2.5), which it does not outlive. */
  exchange(resolved: ResolvedApp, bearer: string | undefined, asker: () => Asker): Promise<ExchangedToken>;
}

interface TokenExchangeNeeds {
  readonly external: Pick<ExternalAuthenticator, "takes" | "principal">;
  readonly tokens: Pick<Tokens, "issue">;
  readonly store: Pick<Store, "app">;
  readonly clock: Clock;
}

export function createTokenExchange({ external, tokens, store, clock }: TokenExchangeNeeds): TokenExchange {
  return {
    async exchange(resolved, bearer, asker) {
      if (bearer === undefined || bearer === "") throw new Refusal({ code: "token_missing" });
      if (!external.takes(resolved, bearer))
        throw badToken("token_malformed", "format", "it has the form of no kind of token that the app takes");
      // As it is in the store: what has been ended since must not be taken for what the new token was given under.
      const app = await store.app(resolved.app.number);
      if (app === undefined) throw new Refusal({ code: "app_unknown" });
      const { user, expires } = await external.principal({ ...resolved, app }, bearer, asker);
      // Whole seconds, and never 0, which would be for good.
      const ttlSeconds = Math.max(1, Math.floor((expires - clock.now()) / 1000));
      return { token: tokens.issue(app, user, ttlSeconds).token, expires };
    },
  };
}
