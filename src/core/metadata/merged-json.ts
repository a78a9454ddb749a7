import type { Pace } from "../async/pace.ts";
import { utf8Bytes } from "../limits.ts";
import { type AttributePatch, NO_ATTRIBUTES_JSON } from "./attributes.ts";
import { compareKey, endOfText, seekKey, textAt } from "./members.ts";

/** Attributes in their stored form. */
export interface SizedJson {
  /** See attributes.ts. */
  readonly json: string;
  /** Σ UTF-8 bytes of keys and values (docs/PROTOCOL.md § Readings, row 10). */
  readonly bytes: number;
}

/**
 * Adds or replaces the keys of `changes` and removes those with an empty value. Returns `stored` itself if nothing
 * changes. Both sides are sorted by key, so this is one merge pass over the text; unchanged members are copied without
 * being parsed or counted.
 */
export function mergedJson(stored: SizedJson, changes: AttributePatch): SizedJson {
  const merge = begin(stored, changes);
  mergeKeys(merge, merge.keys.length);
  return finish(merge, stored);
}

/** This number of changes takes about a millisecond. For more, use `pacedMerge`. */
export const KEYS_UNPACED_MAX = 1024;

/** Keys merged between two looks at the clock. */
const KEYS = 16;

/** As `mergedJson`, yielding to the event loop: a user with tens of thousands of keys does not block other requests. */
export async function pacedMerge(stored: SizedJson, changes: AttributePatch, pace: Pace): Promise<SizedJson> {
  const merge = begin(stored, changes);
  for (let to = 0; to < merge.keys.length; ) {
    to = Math.min(to + KEYS, merge.keys.length);
    mergeKeys(merge, to);
    if (pace.isDue()) await pace.rest();
  }
  return finish(merge, stored);
}

/** The state of a merge. */
interface Merge {
  readonly changes: AttributePatch;
  readonly keys: readonly string[];
  /** The stored members, each with a comma after it, so that the last one is no special case. */
  readonly members: string;
  /** How many of the keys are merged. */
  count: number;
  /** Positions in `members`: the next to compare, and the end of the text copied to `merged`. */
  at: number;
  copiedTo: number;
  merged: string;
  bytes: number;
}

function begin({ json, bytes }: SizedJson, changes: AttributePatch): Merge {
  const members = json === NO_ATTRIBUTES_JSON ? "" : `${json.slice(1, -1)},`;
  return { changes, keys: [...changes.keys()].sort(), members, count: 0, at: 0, copiedTo: 0, merged: "", bytes };
}

function mergeKeys(merge: Merge, to: number): void {
  const { changes, keys, members } = merge;
  let { at, copiedTo, merged, bytes } = merge;
  for (let index = merge.count; index < to; index++) {
    const key = keys[index] ?? "";
    const value = changes.get(key) ?? "";
    at = seekKey(members, at, members.length, key);
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
  merge.count = to;
  merge.at = at;
  merge.copiedTo = copiedTo;
  merge.merged = merged;
  merge.bytes = bytes;
}

function finish({ members, copiedTo, merged, bytes }: Merge, stored: SizedJson): SizedJson {
  if (merged === "" && copiedTo === 0) return stored;
  return { json: `{${(merged + members.slice(copiedTo)).slice(0, -1)}}`, bytes };
}
