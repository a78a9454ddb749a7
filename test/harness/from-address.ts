/** Settings of a server that believes what `from` says: a test plays clients of many addresses. */
export const BEHIND_PROXY = { trustedProxies: ["127.0.0.1"] };

/** Headers of a call from there. */
export function from(address: string): Readonly<Record<string, string>> {
  return { "x-forwarded-for": address };
}
