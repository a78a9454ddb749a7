import { createLocalJWKSet, errors } from "jose";
import type { Asker } from "../core/admission/asker.ts";
import { monotonicMs } from "../core/async/monotonic-ms.ts";
import type { Clock } from "../core/ports.ts";
import { badToken } from "../core/refusals.ts";
import type { KeyName, KeySetQuestion, OutsideCalls } from "./outside-calls.ts";

type Find = ReturnType<typeof createLocalJWKSet>;

/** The public keys of one identity provider, as this thread knows them. */
export interface ProviderKeys {
  /**
   * Those that may have signed a token of this header: several where it names none. Refuses a key that the provider was
   * asked for after this call and does not have; with `busy` while that cannot be told; and as OutsideCalls does.
   */
  find(name: KeyName, asker: () => Asker): Promise<readonly CryptoKey[]>;
  /** They are asked for anew before the next is looked for. */
  reload(): void;
}

/** Keys that are older are asked for anew, while the old ones go on verifying. */
const OLD_MS = 600_000;
/** And so long after that has failed. */
const RENEW_AGAIN_MS = 10_000;
/** So many are tried for a token that names none: each costs a verification. */
const TRIED_MAX = 16;

/** Keys that were once had are never lost to a provider that cannot be reached: they verify until it names others. */
export function createProviderKeys(
  provider: { readonly issuer: string; readonly jwks: string | null },
  outside: Pick<OutsideCalls, "keySet">,
  clock: Pick<Clock, "monotonicNs">,
): ProviderKeys {
  let known: Find | undefined;
  let renewAtMs = Number.POSITIVE_INFINITY;
  let isStale = false;
  let rereading: Promise<void> | undefined;

  async function ask(asker: Asker, question: Pick<KeySetQuestion, "age" | "missing">): Promise<Find> {
    const { issuer, jwks } = provider;
    known = createLocalJWKSet(await outside.keySet(asker, { issuer, jwks, ...question }));
    renewAtMs = monotonicMs(clock) + OLD_MS;
    return known;
  }

  /** Never rejects: where it fails, which the provider's own side tells of, the old ones go on verifying. */
  async function renew(asker: Asker, age: KeySetQuestion["age"]): Promise<void> {
    renewAtMs = monotonicMs(clock) + RENEW_AGAIN_MS;
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
    async find(name, asker) {
      await rereadOnce(asker);
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
