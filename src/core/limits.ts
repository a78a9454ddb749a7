import { type App, LIMIT_NAMES, type Limits } from "./model.ts";

/** The documented defaults (the specification § Setting user metadata; docs/PROTOCOL.md § Calls). */
export const DEFAULT_LIMITS: Limits = {
  userBytesMax: 2048,
  appBytesMax: 10_737_418_240,
  batchMax: 100,
  ratePerSecond: 100,
};

/** Upper bound for an app's `userBytesMax`: as a form, this size still fits into the largest request body accepted. */
export const USER_BYTES_CEILING = 262_144;

/** Upper bound for an app's `batchMax`. */
export const BATCH_CEILING = 1000;

/** Maximum number of users of one batch registration (docs/PROTOCOL.md § Users). */
export const REGISTER_BATCH_MAX = 60;

export const PASSWORD_CHARACTERS_MAX = 64;
export const NICKNAME_CHARACTERS_MAX = 100;

/** Counts characters (code points): most emoji are one, although a JavaScript string holds them as two units. */
export function isLongerThan(text: string, charactersMax: number): boolean {
  if (text.length <= charactersMax) return false;
  return text.length > 2 * charactersMax || [...text].length > charactersMax;
}

/** An app's own limits; the server's where the app sets none. */
export function limitsOf(app: App, server: Limits): Limits {
  const limits: Record<keyof Limits, number> = { ...server };
  for (const name of LIMIT_NAMES) limits[name] = app[name] ?? server[name];
  return limits;
}

/** For texts longer than this, encoding is faster than counting unit by unit. */
const COUNTED_MAX = 64;

const encoder = new TextEncoder();

/** The length of a text in UTF-8, bytes. A lone surrogate counts as the U+FFFD it is encoded as. */
export function utf8Bytes(text: string): number {
  if (text.length > COUNTED_MAX) return encoder.encode(text).length;
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 2;
      index += 1;
    } else bytes += 2;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
