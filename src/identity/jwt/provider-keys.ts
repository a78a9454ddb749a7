import { createLocalJWKSet, errors } from "jose";
import type { Asker } from "../../core/admission/asker.ts";
import { monotonicMs } from "../../core/async/monotonic-ms.ts";
import type { Clock } from "../../core/ports/system/clock.ts";
import { badToken } from "../../core/refusals.ts";
import type { OutsideCalls } from "../outside/outside-calls.ts";
import type { KeyName, KeySetQuestion } from "../outside/outside-questions.ts";

type Find = ReturnType<typeof createLocalJWKSet>;

/** This thread's cache of the public keys of one identity provider. */
export interface ProviderKeys {
  /**
   * The keys that may have signed a token with this header; several if it names none. For an unknown key it asks the
   * provider again. Refuses with `token_unknown` if the provider does not have the key either, and as OutsideCalls does.
   */
  find(name: KeyName, asker: () => Asker): Promise<readonly CryptoKey[]>;
  /** The next `find` fetches the keys again first. */
  reload(): void;
}

/** Older keys are fetched again in the background, while they continue to verify (stale-while-revalidate). */
const OLD_MS = 600_000;
/** Wait before the next try if that fails. */
const RENEW_AGAIN_MS = 10_000;
/** Maximum number of keys tried for a token that names none: each costs a verification. */
const TRIED_MAX = 16;

/** Keys are kept while the provider is unreachable: they verify until the provider publishes others. */
export function createProviderKeys(
  provider: { readonly issuer: string; readonly jwks: string | null },
  outside: Pick<OutsideCalls, "keySet">,
  clock: Pick<Clock, "monotonicNs">,
): ProviderKeys {
  let known: Find | undefined;
  let renewAtMs = Number.POSITIVE_INFINITY;
  let isStale = false;
  let reloading: Promise<void> | undefined;

  async function ask(asker: Asker, question: Pick<KeySetQuestion, "age" | "missing">): Promise<Find> {
    const { issuer, jwks } = provider;
    known = createLocalJWKSet(await outside.keySet(asker, { issuer, jwks, ...question }));
    renewAtMs = monotonicMs(clock) + OLD_MS;
    return known;
  }

  /** Never rejects: after a failure, which `createProvider` reports, the old keys continue to verify. */
  async function renew(asker: Asker, age: KeySetQuestion["age"]): Promise<void> {
    renewAtMs = monotonicMs(clock) + RENEW_AGAIN_MS;
    await ask(asker, { age }).catch(() => {});
  }

  /** All callers wait for it: a key that the operator has removed must not verify any more. */
  function reloadOnce(asker: () => Asker): Promise<void> | undefined {
    if (isStale) {
      isStale = false;
      const begun = renew(asker(), "fresh").finally(() => {
        if (reloading === begun) reloading = undefined;
      });
      reloading = begun;
    }
    return reloading;
  }

  return {
    async find(name, asker) {
      await reloadOnce(asker);
      if (known !== undefined && monotonicMs(clock) >= renewAtMs) void renew(asker(), "latest");
      const current = known ?? (await ask(asker(), { age: "latest" }));
      const found = await fitting(current, name);
      if (found.length > 0) return found;
      const fresh = await fitting(await ask(asker(), { age: "fresh", missing: name }), name);
      if (fresh.length === 0) throw badToken("token_unknown", "kid", "the provider has no key that fits it");
      return fresh;
    },
    reload() {
      isStale = true;
    },
  };
}

async function fitting(find: Find, name: KeyName): Promise<readonly CryptoKey[]> {
  try {
    return [await find({ ...name })];
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return [];
    const found: CryptoKey[] = [];
    for await (const key of error) if (found.push(key) >= TRIED_MAX) break;
    return found;
  }
}
