/**
 * Agora's AccessToken2 (docs/IDENTITY.md), verified offline:
 *
 *     "007" + base64( zlib( signature | info ) )
 *     info = app id | issued u32 | lifetime u32 | salt u32 | count u16 | services
 *     service = type u16 | count u16 | privileges (u16 number, u32 lifetime) | type 5, Chat: user
 *
 * Integers are little-endian. Texts and the signature are preceded by their length (u16). Times are in seconds; lifetimes
 * count from the time of issue. The signature is HMAC-SHA256 of the info, with a key derived from the App Certificate.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { inflateSync } from "node:zlib";
import type { Clock } from "../../core/ports/system/clock.ts";
import { badToken } from "../../core/refusals.ts";
import type { ExternalToken, OfflineVerifier } from "../../core/tokens/external-token.ts";
import { checkValidity } from "../validity.ts";
import { ByteReader } from "./byte-reader.ts";

const PREFIX = "007";
const TEXT_CHARACTERS_MAX = 4096;
/** A token with all of Agora's services takes less than 1 KB. */
const CONTENT_BYTES_MAX = 16_384;
/** Agora's own limit, which a backend cannot extend. */
const LIFETIME_SECONDS_MAX = 86_400;
const CHAT = 5;
const USER_PRIVILEGE = 1;
const ADMIN_PRIVILEGE = 2;
/** The number of texts after the privileges of each service. Services are sorted by type; Chat is followed by its user. */
const TEXTS_OF_SERVICE: Readonly<Record<number, number>> = { 1: 2, 2: 1, 3: 2, 4: 0, [CHAT]: 1 };

/** Checks the format only, like the same functions of other kinds. */
export function isAgoraToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

interface Content {
  readonly signature: Uint8Array;
  readonly info: Uint8Array;
  readonly appId: string;
  readonly issuedSeconds: number;
  readonly lifetimeSeconds: number;
  readonly salt: number;
  /** The token's rights in Chat; undefined if it is not for Chat. */
  readonly chat: { readonly user: string; readonly privileges: ReadonlyMap<number, number> } | undefined;
}

/** @param certificates the App Certificate; during rotation, the old and the new one. Rejects if they cannot be read. */
export function createAgoraVerifier(
  appId: string,
  certificates: () => Promise<readonly string[]>,
  clock: Clock,
): OfflineVerifier {
  return {
    kind: "agora",
    takes: isAgoraToken,
    async verify(text) {
      const content = contentOf(text);
      if (content === undefined) throw badToken("token_malformed", "format", "it is no AccessToken2");
      if (content.appId.toLowerCase() !== appId.toLowerCase()) {
        throw badToken("token_of_other_app", "app", "it is for another App ID");
      }
      const known = await certificates();
      if (!known.some((certificate) => isSignedBy(content, certificate))) {
        throw badToken("token_unknown", "signature", "no App Certificate of the file has signed it");
      }
      return trusted(content, clock.now());
    },
  };
}

function trusted({ issuedSeconds, lifetimeSeconds, chat }: Content, now: number): ExternalToken {
  if (chat === undefined) throw badToken("token_unknown", "claim", "it is not for Chat");
  const admin = chat.privileges.get(ADMIN_PRIVILEGE);
  const user = chat.privileges.get(USER_PRIVILEGE);
  const isAdmin = admin !== undefined && chat.user === "";
  const privilegeSeconds = isAdmin ? admin : chat.user === "" ? undefined : user;
  if (privilegeSeconds === undefined) {
    throw badToken(
      "token_unknown",
      "claim",
      "it has neither a user with the user privilege nor the app privilege alone",
    );
  }
  const issued = issuedSeconds * 1000;
  const seconds = Math.min(lifetimeSeconds, privilegeSeconds, LIFETIME_SECONDS_MAX);
  const expires = issued + seconds * 1000;
  checkValidity({ issued, expires }, now);
  return { bearer: isAdmin ? { kind: "admin" } : { kind: "user", nameOrId: chat.user }, issued, expires };
}

/** Undefined if the text does not have this format. Do not trust the content before the signature is verified. */
function contentOf(text: string): Content | undefined {
  const bytes = inflated(text);
  if (bytes === undefined) return undefined;
  const reader = new ByteReader(bytes);
  const signature = reader.bytes();
  const info = reader.rest();
  const appId = reader.text();
  const issuedSeconds = reader.u32();
  const lifetimeSeconds = reader.u32();
  const salt = reader.u32();
  let chat: Content["chat"];
  for (let left = reader.u16(); left > 0; left--) {
    const type = reader.u16();
    const privileges = new Map<number, number>();
    for (let count = reader.u16(); count > 0; count--) privileges.set(reader.u16(), reader.u32());
    const texts = TEXTS_OF_SERVICE[type];
    if (texts === undefined) break;
    const [first = ""] = Array.from({ length: texts }, () => reader.text());
    if (reader.isShort || (type === CHAT && chat !== undefined)) return undefined;
    if (type === CHAT) chat = { user: first, privileges };
  }
  if (reader.isShort) return undefined;
  return { signature, info, appId, issuedSeconds, lifetimeSeconds, salt, chat };
}

/** Strict: no two texts decode to the same content. */
function inflated(text: string): Uint8Array | undefined {
  if (text.length > TEXT_CHARACTERS_MAX || !text.startsWith(PREFIX)) return undefined;
  try {
    const packed = Uint8Array.fromBase64(text.slice(PREFIX.length), { lastChunkHandling: "strict" });
    const inflated: unknown = inflateSync(packed, { maxOutputLength: CONTENT_BYTES_MAX, info: true });
    // as: the result with `info`, which the types lack
    const { buffer, engine } = inflated as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    // No bytes may follow the end of the stream.
    return engine.bytesWritten === packed.length ? buffer : undefined;
  } catch {
    return undefined;
  }
}

function isSignedBy({ signature, info, issuedSeconds, salt }: Content, certificate: string): boolean {
  const key = hmac(number(salt), hmac(number(issuedSeconds), new TextEncoder().encode(certificate)));
  const right = hmac(key, info);
  return signature.length === right.length && timingSafeEqual(signature, right);
}

function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(message).digest();
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
