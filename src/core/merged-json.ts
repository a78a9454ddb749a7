import { type Changes, NO_ATTRIBUTES_JSON } from "./attributes.ts";
import { utf8Bytes } from "./limits.ts";
import { compareKey, endOfMember, endOfText, textAt } from "./members.ts";

/** Attributes as they are stored. */
export interface SizedJson {
  /** See attributes.ts. */
  readonly json: string;
  /** Σ UTF-8 bytes of keys and values (protocol.md § 8, row 10). */
  readonly bytes: number;
}

/**
 * Adds or replaces the keys named, removes those with an empty value, leaves the rest; answers `stored` itself when
 * that changes nothing. Both sides are in the order of their keys, so that one walk through the text meets them all;
 * what no change names is copied as it is, neither parsed nor counted.
 */
export function mergedJson(stored: SizedJson, changes: Changes): SizedJson {
  // Each member with a comma behind it, so that the last one is no special case.
  const members = stored.json === NO_ATTRIBUTES_JSON ? "" : `${stored.json.slice(1, -1)},`;
  let { bytes } = stored;
  let merged = "";
  let copiedTo = 0;
  let at = 0;
  for (const key of [...changes.keys()].sort()) {
    const value = changes.get(key) ?? "";
    at = seek(members, at, key);
    if (at === members.length || compareKey(members, at, key) !== 0) {
      if (value === "") continue;
      merged += `${members.slice(copiedTo, at)}${JSON.stringify(key)}:${JSON.stringify(value)},`;
      bytes += utf8Bytes(key) + utf8Bytes(value);
      copiedTo = at;
      continue;
    }
    const valueAt = endOfText(members, at) + 1;
    const valueEnd = endOfText(members, valueAt);
    if (value === "") {
      merged += members.slice(copiedTo, at);
      bytes -= utf8Bytes(key) + utf8Bytes(textAt(members, valueAt, valueEnd));
      copiedTo = valueEnd + 1;
    } else {
      const text = JSON.stringify(value);
      if (!members.startsWith(text, valueAt)) {
        merged += members.slice(copiedTo, valueAt) + text;
        bytes += utf8Bytes(value) - utf8Bytes(textAt(members, valueAt, valueEnd));
        copiedTo = valueEnd;
      }
    }
    at = valueEnd + 1;
  }
  if (merged === "" && copiedTo === 0) return stored;
  merged += members.slice(copiedTo);
  return { json: `{${merged.slice(0, -1)}}`, bytes };
}

/** The first member from `at` on whose key does not come before `key`; the length when there is none. */
function seek(members: string, at: number, key: string): number {
  let position = at;
  while (position < members.length && compareKey(members, position, key) < 0) {
    position = endOfMember(members, position) + 1;
  }
  return position;
}
