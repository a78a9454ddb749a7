import { type App, LIMIT_NAMES, type Limits } from "./model.ts";

/** The documented defaults (user-metadata.md § Setting user metadata; protocol.md § 1.1). */
export const DEFAULT_LIMITS: Limits = {
  userBytesMax: 2048,
  appBytesMax: 10_737_418_240,
  batchMax: 100,
  ratePerSecond: 100,
};

/** No app may give its users more than this: a form of it still fits into the largest body that is read. */
export const USER_BYTES_CEILING = 262_144;

/** The most users of one batch call that an app may allow. */
export const BATCH_CEILING = 1000;

/** Users of one batch registration (protocol.md § 3.1). */
export const REGISTER_BATCH_MAX = 60;

export const PASSWORD_CHARACTERS_MAX = 64;
export const NICKNAME_CHARACTERS_MAX = 100;

/** Counted in characters (code points): many an emoji is one, though a string holds it as two units. */
export function isLongerThan(text: string, charactersMax: number): boolean {
  if (text.length <= charactersMax) return false;
  return text.length > 2 * charactersMax || [...text].length > charactersMax;
}

/** An app's own limits, and the server's where it has none. */
export function limitsOf(app: App, server: Limits): Limits {
  const limits: Record<keyof Limits, number> = { ...server };
  for (const name of LIMIT_NAMES) limits[name] = app[name] ?? server[name];
  return limits;
}

/** Texts longer than this are faster encoded than counted unit by unit; short ones are not. */
const COUNTED_MAX = 64;

const encoder = new TextEncoder();

/** The length of a text in UTF-8. A lone surrogate counts as the U+FFFD it would become. */
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
