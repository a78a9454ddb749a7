import type { Asker } from "../admission/asker.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import type { AppStore } from "../ports/app-store.ts";
import type { Clock } from "../ports/system/clock.ts";
import { badToken, Refusal } from "../refusals.ts";
import type { ExternalAuthenticator } from "./external-authenticator.ts";
import type { Tokens } from "./tokens.ts";

export interface ExchangedToken {
  readonly token: string;
  /** ms since 1970. */
  readonly expires: number;
}

export interface TokenExchange {
  /**
   * Exchanges an external token that the app accepts for a token of this server (docs/IDENTITY.md), which does not outlive
   * the external one. Refuses as `TokenVerifier.verify` does, and with `token_missing` or `app_unknown`.
   */
  exchange(resolved: ResolvedApp, bearer: string | undefined, asker: () => Asker): Promise<ExchangedToken>;
}

interface TokenExchangeNeeds {
  readonly external: Pick<ExternalAuthenticator, "takes" | "principal">;
  readonly tokens: Pick<Tokens, "issue">;
  readonly store: Pick<AppStore, "app">;
  readonly clock: Clock;
}

export function createTokenExchange({ external, tokens, store, clock }: TokenExchangeNeeds): TokenExchange {
  return {
    async exchange(resolved, bearer, asker) {
      if (bearer === undefined || bearer === "") throw new Refusal({ code: "token_missing" });
      if (!external.takes(resolved, bearer))
        throw badToken("token_malformed", "format", "it has the format of no kind of token that the app accepts");
      // Read from the store: the new token must carry the latest revocation times.
      const app = await store.app(resolved.app.number);
      if (app === undefined) throw new Refusal({ code: "app_unknown" });
      const { user, expires } = await external.principal({ ...resolved, app }, bearer, asker);
      // Whole seconds, and never 0, which would mean permanent.
      const ttlSeconds = Math.max(1, Math.floor((expires - clock.now()) / 1000));
      return { token: tokens.issue(app, user, ttlSeconds).token, expires };
    },
  };
}
