/** Attributes of every kind, with special cases of JSON, JavaScript and UTF-16 more often than by chance. */
import fc from "fast-check";

const SPECIAL = [
  ...'",:{}\\/ab19\0\n\u001f\u007f\u00e9\u2028\ufeff\uffff',
  "\\u0061",
  "\u{1f600}",
  "\ud800",
  "\udc00",
  "\\\\",
  '","',
  '":"',
];

const text = fc.oneof(
  fc.array(fc.constantFrom(...SPECIAL), { minLength: 1, maxLength: 5 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
  fc.string({ unit: "grapheme-ascii", minLength: 60, maxLength: 200 }),
);

/** Of few enough that two draws often meet. */
export const anyKey = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "10", "9", "a", "aa", "ab", "nickname", "\ud83d\ude00"),
  fc.constantFrom("\0", '"', "\\", "\\\\", ":", ",", "}", "\u2028", "\ud83d", "\ud83d\ud83d", "\uffff", 'a"', "a\\"),
  text,
);

export const anyAttributes = fc.array(fc.tuple(anyKey, text), { maxLength: 12 }).map((pairs) => new Map(pairs));

/** An empty value removes its key. */
export const anyChanges = fc
  .array(fc.tuple(anyKey, fc.oneof(text, fc.constant(""))), { maxLength: 12 })
  .map((pairs) => new Map(pairs));
