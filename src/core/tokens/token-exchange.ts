import type { Asker } from "../admission/asker.ts";
import type { ServedApp } from "../apps/registry.ts";
import type { Clock, Store } from "../ports.ts";
import { badToken, Refusal } from "../refusals.ts";
import type { Tokens } from "./tokens.ts";
import type { TrustedCallers } from "./trusted-callers.ts";

export interface ExchangedToken {
  readonly token: string;
  /** ms since 1970. */
  readonly expires: number;
}

export interface TokenExchange {
  /** One of ours for one that the app takes from somebody else (protocol.md § 2.5), which it does not outlive. */
  exchange(served: ServedApp, bearer: string | undefined, asker: () => Asker): Promise<ExchangedToken>;
}

interface TokenExchangeNeeds {
  readonly trusted: Pick<TrustedCallers, "takes" | "principal">;
  readonly tokens: Pick<Tokens, "issue">;
  readonly store: Pick<Store, "app">;
  readonly clock: Clock;
}

export function createTokenExchange({ trusted, tokens, store, clock }: TokenExchangeNeeds): TokenExchange {
  return {
    async exchange(served, bearer, asker) {
      if (bearer === undefined || bearer === "") throw new Refusal({ code: "token_missing" });
      if (!trusted.takes(served, bearer))
        throw badToken("token_malformed", "format", "it has the form of no kind of token that the app takes");
      // As it is in the store: what has been ended since must not be taken for what the new token was given under.
      const app = await store.app(served.app.number);
      if (app === undefined) throw new Refusal({ code: "app_unknown" });
      const { user, expires } = await trusted.principal({ ...served, app }, bearer, asker);
      // Whole seconds, and never 0, which would be for good.
      const ttlSeconds = Math.max(1, Math.floor((expires - clock.now()) / 1000));
      return { token: tokens.issue(app, user, ttlSeconds).token, expires };
    },
  };
}
