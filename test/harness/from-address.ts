/** Settings of a server that trusts `from`, so that a test can play clients at many addresses. */
export const BEHIND_PROXY = { trustedProxies: ["127.0.0.1"] };

/** Headers of a call from this address. */
export function from(address: string): Readonly<Record<string, string>> {
  return { "x-forwarded-for": address };
}
