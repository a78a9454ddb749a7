import type { AttributePatch } from "../../../core/metadata/attributes.ts";
import { illegal, type Refusal } from "../../../core/refusals.ts";

/** The members of a JSON object. @param where names the object in refusals */
export function membersOf(value: unknown, where: string): [key: string, value: unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw noObject(where);
  return Object.entries(value);
}

/**
 * Reads a JSON object of attributes as a merge patch (RFC 7396). null removes the key, as an empty text does
 * everywhere; booleans become their text. Attributes are texts, so objects and lists are refused.
 * @param value parsed from a text without numbers; see `mayHoldNumbers`
 */
export function mergePatch(value: unknown, where: string): AttributePatch {
  const changes = new Map<string, string>();
  for (const [key, part] of membersOf(value, where)) {
    if (key === "") throw noKey(where);
    const text = textOf(part);
    if (text === undefined) throw noText(where, key);
    changes.set(key.toWellFormed(), text);
  }
  return changes;
}

/** An unpaired surrogate is not a character, and many JSON parsers reject it: it becomes U+FFFD, as in a form. */
export function textOf(value: unknown): string | undefined {
  if (value === null) return "";
  if (typeof value === "string") return value.toWellFormed();
  return typeof value === "boolean" ? String(value) : undefined;
}

/**
 * Whether a member of an object may be a number. Numbers must be stored digit for digit, but `JSON.parse` would round
 * them; `readMergePatch` keeps them.
 */
export function mayHoldNumbers(text: string): boolean {
  return NUMBER.test(text);
}

/** Also matches some texts that contain `:5`. */
const NUMBER = /:[ \t\r\n]*[-\d]/;

/** A JSON object of whole numbers, as a map: a user may have the name of a member of JavaScript objects. */
export function numberMap(value: unknown, where: string): ReadonlyMap<string, number> {
  if (value === undefined || value === null) return NO_NUMBERS;
  const numbers = new Map<string, number>();
  for (const [key, part] of membersOf(value, where)) {
    if (!isWholeNumber(part)) throw noWholeNumber(where, key);
    numbers.set(key, part);
  }
  return numbers;
}

export function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export function noObject(where: string): Refusal {
  return illegal(`${where}: not a JSON object`);
}

export function noKey(where: string): Refusal {
  return illegal(`${where}: an attribute has no key`);
}

export function noText(where: string, key: string): Refusal {
  return illegal(`${where}: the value of ${quoted(key)} is no text`);
}

export function noWholeNumber(where: string, key: string): Refusal {
  return illegal(`${where}: the value of ${quoted(key)} is no whole number`);
}

/** Shortened, but long enough for its sender to recognize. */
function quoted(key: string): string {
  return JSON.stringify(key.slice(0, 64));
}

const NO_NUMBERS: ReadonlyMap<string, number> = new Map();
