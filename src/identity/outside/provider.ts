import { readFile } from "node:fs/promises";
import { createLocalJWKSet, errors, type JSONWebKeySet } from "jose";
import { createSharedResult } from "../../core/admission/shared-result.ts";
import { OperatorError } from "../../core/faults/operator-error.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { busy } from "../../core/refusals.ts";
import { fetchJson } from "./fetch-json.ts";
import type { KeyName, UnusableKey } from "./outside-questions.ts";
import { usableKeys } from "./usable-keys.ts";

/** The keys of one identity provider: one fetch at a time, at most one per second. Both methods refuse with `busy`. */
export interface Provider {
  /** The keys from a fetch that starts after this call. */
  fresh(): Promise<KeySet>;
  /** Keys up to a second old; while the provider is unreachable, the last known ones. */
  latest(): Promise<KeySet>;
}

export interface KeySet {
  readonly keys: JSONWebKeySet;
  /** Whether it has a key that fits this token header. */
  has(name: KeyName): Promise<boolean>;
}

const ASK_AGAIN_MS = 1000;

/**
 * @param jwks URL or file of the keys; null = the URL in the issuer's discovery document
 * @param tell failed: called for each failed fetch; succeeded: for the first success after one; unusable: once for each
 *   key, until the provider removes it
 */
export function createProvider(
  { issuer, jwks }: { readonly issuer: string; readonly jwks: string | null },
  timers: Timers,
  tell: { failed(error: unknown): void; succeeded(): void; unusable(key: UnusableKey): void },
): Provider {
  let known: KeySet | undefined;
  let isFailing = false;
  /** The unusable keys of the last set, which are reported already. */
  let told: ReadonlySet<string> = new Set();

  const shared = createSharedResult({ resource: "outside_calls", everyMs: ASK_AGAIN_MS, timers }, async () => {
    try {
      const { keys, unusable } = await usableKeys(await read(jwks, issuer));
      for (const [text, key] of unusable) if (!told.has(text)) tell.unusable(key);
      told = new Set(unusable.keys());
      known = keySet({ keys });
      if (isFailing) tell.succeeded();
      isFailing = false;
      return known;
    } catch (error) {
      tell.failed(error);
      isFailing = true;
      throw busy();
    }
  });

  return {
    fresh: () => shared.fresh(),
    async latest() {
      try {
        return await shared.latest();
      } catch (error) {
        if (known === undefined) throw error;
        return known;
      }
    },
  };
}

function keySet(keys: JSONWebKeySet): KeySet {
  const find = createLocalJWKSet(keys);
  return {
    keys,
    async has(name) {
      try {
        await find({ ...name });
        return true;
      } catch (error) {
        return error instanceof errors.JWKSMultipleMatchingKeys;
      }
    },
  };
}

async function read(jwks: string | null, issuer: string): Promise<unknown> {
  if (jwks !== null) return /^https?:/.test(jwks) ? await fetchJson(jwks) : JSON.parse(await readFile(jwks, "utf8"));
  const document = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (!isRecord(document) || document.issuer !== issuer || typeof document.jwks_uri !== "string") {
    throw new OperatorError("the discovery document is another issuer's, or names no keys");
  }
  if (!/^https?:/.test(document.jwks_uri)) throw new OperatorError("the discovery document's jwks_uri is no URL");
  return await fetchJson(document.jwks_uri);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
