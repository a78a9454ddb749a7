import { settlesWithin } from "../core/async/settles-within.ts";
import { createRateShares, type RateSharesNeeds, SHARES_REFRESH_MS } from "../core/rates/rate-shares.ts";
import { closingTimers } from "./timers.ts";

/** An exchange that a database holds up is left behind: the other servers miss this one a little later. */
const STOP_MS = 300;

/**
 * Keeps the rates of this server its part of the rates of all servers. They are that from the first call on: it is
 * known who else is there when this settles. Disposed of, it asks the store for nothing more.
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
