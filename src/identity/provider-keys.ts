import { readFile } from "node:fs/promises";
import { createLocalJWKSet, errors, type FlattenedJWSInput, type JSONWebKeySet, type JWSHeaderParameters } from "jose";
import type { Clock } from "../core/ports.ts";
import { Refusal } from "../core/refusals.ts";
import { fetchJson } from "./fetch-json.ts";

type Find = ReturnType<typeof createLocalJWKSet>;

/** The public keys of one identity provider. */
export interface ProviderKeys {
  /** Rejects with an error of jose's for a key that is not there, with `busy` while no keys can be had. */
  find(header: JWSHeaderParameters | undefined, token: FlattenedJWSInput): ReturnType<Find>;
  /** They are asked for anew before the next is looked for. */
  reread(): void;
}

/** An unknown key, of which a stranger can name as many as he likes, makes the provider be asked this often at most. */
const ASK_AGAIN_MS = 10_000;
/** Keys that are older are asked for anew, while the old ones go on verifying. */
const OLD_MS = 600_000;
const RETRY_AFTER_MS = 1000;

/**
 * Keys that were once had are never lost to a provider that cannot be reached: they verify until it names others.
 * @param jwks where they are; null = where the issuer's discovery document says
 * @param failed told when they cannot be had, once for as long as that goes on
 */
export function createProviderKeys(
  { issuer, jwks }: { readonly issuer: string; readonly jwks: string | null },
  clock: Clock,
  failed: (error: unknown) => void,
): ProviderKeys {
  let known: Find | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let isFailing = false;
  let isStale = false;

  async function ask(): Promise<void> {
    askedAt = clock.now();
    isStale = false;
    try {
      known = createLocalJWKSet(publicKeys(await read(jwks, issuer)));
      isFailing = false;
    } catch (error) {
      if (!isFailing) failed(error);
      isFailing = true;
    }
  }

  function askOnce(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  return {
    async find(header, token) {
      const age = clock.now() - askedAt;
      if (known === undefined && (asking !== undefined || !isFailing || age >= RETRY_AFTER_MS)) await askOnce();
      else if (isStale) await askOnce();
      else if (age >= OLD_MS) void askOnce();
      if (known === undefined) throw new Refusal({ code: "busy", retryAfterMs: RETRY_AFTER_MS });
      try {
        return await known(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        if (asking === undefined && clock.now() - askedAt < ASK_AGAIN_MS) throw error;
      }
      await askOnce();
      // It may be of a key that came meanwhile: who cannot tell does not refuse it for good.
      if (isFailing) throw new Refusal({ code: "busy", retryAfterMs: RETRY_AFTER_MS });
      return await known(header, token);
    },
    reread() {
      isStale = true;
    },
  };
}

async function read(jwks: string | null, issuer: string): Promise<unknown> {
  if (jwks !== null) return /^https?:/.test(jwks) ? await fetchJson(jwks) : JSON.parse(await readFile(jwks, "utf8"));
  const document = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (!isRecord(document) || document.issuer !== issuer || typeof document.jwks_uri !== "string") {
    throw new Error("the discovery document is another issuer's, or names no keys");
  }
  if (!/^https?:/.test(document.jwks_uri)) throw new Error("the discovery document's jwks_uri is no URL");
  return await fetchJson(document.jwks_uri);
}

/** Whatever could sign as well as verify is left out, and what is not meant for signatures. */
function publicKeys(value: unknown): JSONWebKeySet {
  const keys: unknown = isRecord(value) ? value.keys : undefined;
  if (!Array.isArray(keys)) throw new Error("the key set has no list of keys");
  const usable = keys.filter((key) => isRecord(key) && PUBLIC_KINDS.includes(key.kty) && (key.use ?? "sig") === "sig");
  return { keys: usable };
}

const PUBLIC_KINDS: readonly unknown[] = ["RSA", "EC", "OKP"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
