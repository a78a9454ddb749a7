import { createRateShares, type RateSharesNeeds, SHARES_REFRESH_MS } from "../core/rate-shares.ts";

/**
 * Keeps the rates of this server its part of the rates of all servers. They are that from the first call on: it is
 * known who else is there when this settles. Disposed of, it asks the store for nothing more.
 */
export async function shareRates(needs: RateSharesNeeds): Promise<AsyncDisposable> {
  const shares = createRateShares(needs);
  await shares.refresh();
  const refreshing = setInterval(() => void shares.refresh(), SHARES_REFRESH_MS);
  return {
    [Symbol.asyncDispose]: () => {
      clearInterval(refreshing);
      return shares.stop();
    },
  };
}
