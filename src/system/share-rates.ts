import { settlesWithin } from "../core/async/settles-within.ts";
import { createRateShares, type RateSharesNeeds, SHARES_REFRESH_MS } from "../core/rates/rate-shares.ts";
import { closingTimers } from "./timers.ts";

/** Maximum wait for a publication in flight at a stop. If the database is slower, other servers notice the stop later. */
const STOP_MS = 300;

/**
 * Keeps this server's shares of the rate limits up to date: see rate-shares.ts. Settles when the other servers are known,
 * so the shares hold from the first request on. Makes no further store calls after disposal.
 */
export async function shareRates(needs: RateSharesNeeds): Promise<AsyncDisposable> {
  const shares = createRateShares(needs);
  await shares.refresh();
  const refreshing = setInterval(() => void shares.refresh(), SHARES_REFRESH_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(refreshing);
      await settlesWithin(closingTimers, STOP_MS, shares.stop());
    },
  };
}
