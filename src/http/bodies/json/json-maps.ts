import type { AttributePatch } from "../../../core/metadata/attributes.ts";
import { illegal, type Refusal } from "../../../core/refusals.ts";

/** What a JSON object holds. @param where names the object in what is refused */
export function membersOf(value: unknown, where: string): [key: string, value: unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw noObject(where);
  return Object.entries(value);
}

/**
 * A JSON object of attributes as changes (RFC 7396): null removes the key, as an empty text does everywhere; booleans
 * become their text. Attributes are text, so that objects and lists are refused.
 * @param value from a text without numbers: `mayHoldNumbers`
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

/** Half of a pair of surrogates is no character, and many a JSON parser refuses it: it becomes U+FFFD, as in a form. */
export function textOf(value: unknown): string | undefined {
  if (value === null) return "";
  if (typeof value === "string") return value.toWellFormed();
  return typeof value === "boolean" ? String(value) : undefined;
}

/**
 * Whether some member of an object may be a number. Its text must be what was sent, digit for digit, and `JSON.parse`
 * would have rounded it; `readMergePatch` keeps it.
 */
export function mayHoldNumbers(text: string): boolean {
  return NUMBER.test(text);
}

/** Also true of some texts that hold `:5`. */
const NUMBER = /:[ \t\r\n]*[-\d]/;

/** A JSON object of whole numbers, by its keys. Not as an object: users may be called as its own members are. */
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

/** As much of it as its sender needs to know it again. */
function quoted(key: string): string {
  return JSON.stringify(key.slice(0, 64));
}

const NO_NUMBERS: ReadonlyMap<string, number> = new Map();
