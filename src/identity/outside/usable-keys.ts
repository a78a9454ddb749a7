import { base64url, createLocalJWKSet, errors, flattenedVerify, type JWK } from "jose";
import { OperatorError } from "../../core/faults/operator-error.ts";
import { isRecord } from "../exact-json.ts";
import type { UnusableKey } from "./outside-questions.ts";

interface SortedKeys {
  readonly keys: JWK[];
  /** By the key's JSON. */
  readonly unusable: ReadonlyMap<string, UnusableKey>;
}

/**
 * The keys of a set that can verify a signature. Symmetric keys and keys that are not for signatures are skipped. Keys that
 * should verify but cannot are returned as unusable, because their tokens are refused. Throws if it is not a key set.
 */
export async function usableKeys(value: unknown): Promise<SortedKeys> {
  const all: unknown = isRecord(value) ? value.keys : undefined;
  if (!Array.isArray(all)) throw new OperatorError("the key set has no list of keys");
  const keys: JWK[] = [];
  const unusable = new Map<string, UnusableKey>();
  for (const key of all) {
    if (!isMeantToVerify(key)) continue;
    const reason = await unusableReason(key);
    if (reason === undefined) keys.push(key);
    else unusable.set(JSON.stringify(key), { kid: typeof key.kid === "string" ? key.kid : undefined, reason });
  }
  return { keys, unusable };
}

const PUBLIC_KINDS: readonly unknown[] = ["RSA", "EC", "OKP"];

function isMeantToVerify(key: unknown): key is JWK {
  if (!isRecord(key) || !PUBLIC_KINDS.includes(key.kty)) return false;
  return (key.use ?? "sig") === "sig";
}

/** Verifies a bogus signature with the key: the only acceptable result is "wrong signature". */
async function unusableReason(key: JWK): Promise<string | undefined> {
  const alg = key.alg ?? usualAlgorithm(key);
  if (alg === undefined) return "there is no algorithm for its curve";
  try {
    const find = createLocalJWKSet({ keys: [key] });
    await flattenedVerify(
      { protected: base64url.encode(JSON.stringify({ alg })), payload: "e30", signature: "AAAA" },
      find,
    );
    return "it accepts any signature";
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return undefined;
    if (error instanceof errors.JWKSNoMatchingKey) return "its members contradict each other";
    if (key.kty === "RSA" && rsaBits(key) < RSA_BITS_MIN) return `it has fewer than ${RSA_BITS_MIN} bits`;
    return "it is malformed, or does not fit its algorithm";
  }
}

const RSA_BITS_MIN = 2048;

function rsaBits({ n }: JWK): number {
  return typeof n === "string" ? Math.floor((n.length * 3) / 4) * 8 : 0;
}

/** The algorithm for a key that names none; all algorithms of its kind accept the same keys. */
function usualAlgorithm({ kty, crv }: JWK): string | undefined {
  return kty === "RSA" ? "RS256" : ALGORITHM_OF_CURVE[crv ?? ""];
}

const ALGORITHM_OF_CURVE: Readonly<Record<string, string>> = {
  "P-256": "ES256",
  "P-384": "ES384",
  "P-521": "ES512",
  Ed25519: "EdDSA",
};
