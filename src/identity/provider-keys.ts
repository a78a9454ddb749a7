import { createLocalJWKSet, errors, type FlattenedJWSInput, type JWSHeaderParameters } from "jose";
import type { Asker } from "../core/admission/asker.ts";
import type { Clock } from "../core/ports.ts";
import type { KeyName, KeySetQuestion, OutsideCalls } from "./outside-calls.ts";

type Find = ReturnType<typeof createLocalJWKSet>;

/** The public keys of one identity provider, as this thread knows them. */
export interface ProviderKeys {
  /**
   * Rejects with an error of jose's for a key that the provider was asked for after this call and does not have. Refuses
   * with `busy` while that cannot be told, and as OutsideCalls does.
   */
  find(header: JWSHeaderParameters | undefined, token: FlattenedJWSInput, asker: () => Asker): ReturnType<Find>;
  /** They are asked for anew before the next is looked for. */
  reread(): void;
}

/** Keys that are older are asked for anew, while the old ones go on verifying. */
const OLD_MS = 600_000;
/** And so long after that has failed. */
const RENEW_AGAIN_MS = 10_000;

/** Keys that were once had are never lost to a provider that cannot be reached: they verify until it names others. */
export function createProviderKeys(
  provider: { readonly issuer: string; readonly jwks: string | null },
  outside: Pick<OutsideCalls, "keySet">,
  clock: Pick<Clock, "now">,
): ProviderKeys {
  let known: Find | undefined;
  let renewAt = Number.POSITIVE_INFINITY;
  let isStale = false;
  let rereading: Promise<void> | undefined;

  async function ask(asker: Asker, question: Pick<KeySetQuestion, "age" | "missing">): Promise<Find> {
    const { issuer, jwks } = provider;
    known = createLocalJWKSet(await outside.keySet(asker, { issuer, jwks, ...question }));
    renewAt = clock.now() + OLD_MS;
    return known;
  }

  /** Never rejects: where it fails, which the provider's own side tells of, the old ones go on verifying. */
  async function renew(asker: Asker, age: KeySetQuestion["age"]): Promise<void> {
    renewAt = clock.now() + RENEW_AGAIN_MS;
    await ask(asker, { age }).catch(() => {});
  }

  /** All wait for it: what the operator has taken out must verify nothing any more. */
  function rereadOnce(asker: () => Asker): Promise<void> | undefined {
    if (isStale) {
      isStale = false;
      const begun = renew(asker(), "fresh").finally(() => {
        if (rereading === begun) rereading = undefined;
      });
      rereading = begun;
    }
    return rereading;
  }

  return {
    async find(header, token, asker) {
      await rereadOnce(asker);
      if (known !== undefined && clock.now() >= renewAt) void renew(asker(), "latest");
      const current = known ?? (await ask(asker(), { age: "latest" }));
      try {
        return await current(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      }
      const fresh = await ask(asker(), { age: "fresh", missing: nameIn(header) });
      return await fresh(header, token);
    },
    reread() {
      isStale = true;
    },
  };
}

/** Plain, whatever the token says. */
function nameIn(header: JWSHeaderParameters | undefined): KeyName {
  const { alg, kid }: { readonly alg?: unknown; readonly kid?: unknown } = header ?? {};
  return { ...(typeof alg === "string" ? { alg } : {}), ...(typeof kid === "string" ? { kid } : {}) };
}
