import type { UserName } from "../model.ts";
import { fromBase64Url } from "./base64url.ts";

/**
 * The claims of a token of this server. To clients a token is opaque text that begins with `YWMt` (docs/PROTOCOL.md §
 * Tokens):
 *
 *     base64url( "ac-" | format 1 B | kind 1 B | key id 4 B | issued 8 B | ttl 4 B | app ended 8 B | own ended 8 B
 *                | app 16 B | user 16 B, username: user tokens only | signature 32 B )
 *
 * Integers are big-endian. The signature is HMAC-SHA256 of all bytes before it. The username is included so that the
 * user's row can be read by its primary key.
 */
export interface TokenClaims {
  readonly keyId: number;
  readonly appId: string;
  /** ms since 1970. */
  readonly issued: number;
  /** 0 = permanent. */
  readonly ttlSeconds: number;
  /** Time of the last revocation of all tokens of the app, as known at issue, ms. */
  readonly appEnded: number;
  /** The same for the admin's tokens, or for the user's. */
  readonly ownEnded: number;
  readonly principal:
    | { readonly kind: "admin" }
    | { readonly kind: "user"; readonly id: string; readonly name: UserName };
}

export interface DecodedToken {
  readonly claims: TokenClaims;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

const PREFIX = "ac-";
/** PREFIX in base64url: every token of this server begins with it. */
export const TOKEN_PREFIX = "YWMt";
const FORMAT = 1;
const KIND_ADMIN = 2;
const KIND_USER = 3;
const APP_AT = 37;
const HEAD_BYTES = 53;
const UUID_BYTES = 16;
const SIGNATURE_BYTES = 32;
/** Maximum length of a token of this server. Longer texts are neither looked up nor decoded. */
export const TOKEN_CHARACTERS_MAX = 260;

export function encodeToken(claims: TokenClaims, sign: (signed: Uint8Array) => Uint8Array): string {
  const { principal } = claims;
  const name = new TextEncoder().encode(principal.kind === "user" ? principal.name : "");
  const userBytes = principal.kind === "user" ? UUID_BYTES + name.length : 0;
  const bytes = new Uint8Array(HEAD_BYTES + userBytes + SIGNATURE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(PREFIX));
  view.setUint8(3, FORMAT);
  view.setUint8(4, principal.kind === "user" ? KIND_USER : KIND_ADMIN);
  view.setUint32(5, claims.keyId);
  view.setBigUint64(9, BigInt(claims.issued));
  view.setUint32(17, claims.ttlSeconds);
  view.setBigUint64(21, BigInt(claims.appEnded));
  view.setBigUint64(29, BigInt(claims.ownEnded));
  bytes.set(uuidBytes(claims.appId), APP_AT);
  if (principal.kind === "user") {
    bytes.set(uuidBytes(principal.id), HEAD_BYTES);
    bytes.set(name, HEAD_BYTES + UUID_BYTES);
  }
  const end = bytes.length - SIGNATURE_BYTES;
  bytes.set(sign(bytes.subarray(0, end)), end);
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Undefined if the text does not have the format above. Do not trust the claims before the signature is verified. */
export function decodeToken(text: string): DecodedToken | undefined {
  const bytes = text.length > TOKEN_CHARACTERS_MAX ? undefined : fromBase64Url(text);
  if (bytes === undefined || bytes.length < HEAD_BYTES + SIGNATURE_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (new TextDecoder().decode(bytes.subarray(0, 3)) !== PREFIX || view.getUint8(3) !== FORMAT) return undefined;
  const end = bytes.length - SIGNATURE_BYTES;
  const principal = decodePrincipal(view.getUint8(4), bytes.subarray(HEAD_BYTES, end));
  if (principal === undefined) return undefined;
  const claims: TokenClaims = {
    keyId: view.getUint32(5),
    issued: Number(view.getBigUint64(9)),
    ttlSeconds: view.getUint32(17),
    appEnded: Number(view.getBigUint64(21)),
    ownEnded: Number(view.getBigUint64(29)),
    appId: uuidText(bytes.subarray(APP_AT, HEAD_BYTES)),
    principal,
  };
  return { claims, signed: bytes.subarray(0, end), signature: bytes.subarray(end) };
}

function decodePrincipal(kind: number, rest: Uint8Array): TokenClaims["principal"] | undefined {
  if (kind === KIND_ADMIN) return rest.length === 0 ? { kind: "admin" } : undefined;
  if (kind !== KIND_USER || rest.length <= UUID_BYTES) return undefined;
  // as: the name was legal if the signature is valid; otherwise the token is refused
  const name = new TextDecoder().decode(rest.subarray(UUID_BYTES)) as UserName;
  return { kind: "user", id: uuidText(rest.subarray(0, UUID_BYTES)), name };
}

function uuidBytes(uuid: string): Uint8Array {
  return Uint8Array.fromHex(uuid.replaceAll("-", ""));
}

export function uuidText(bytes: Uint8Array): string {
  const hex = bytes.toHex();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
