import { decodePart } from "../part-decoder.ts";

/**
 * Parses `key=value&key=value` as `URLSearchParams` does, several times as fast; the last of duplicate keys wins.
 * Lenient: raw UTF-8, raw spaces and a stray `%` stand for themselves (clients.md 6).
 */
export function parseForm(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  parsePairs(newForm(text), pairs, Number.POSITIVE_INFINITY);
  return pairs;
}

/** A form, and the position up to which it has been read. */
export interface Form {
  readonly text: string;
  at: number;
  /** Position of the next `=`, as far as it has been searched; the text's length if there is none. */
  equals: number;
  isWellFormed: boolean;
}

export function newForm(text: string): Form {
  return { text, at: 0, equals: -1, isWellFormed: true };
}

/** Reads up to `countMax` more pairs. Returns false at the end. */
export function parsePairs(form: Form, pairs: Map<string, string>, countMax: number): boolean {
  const { text } = form;
  let { at, equals } = form;
  for (let count = 0; at < text.length && count < countMax; count++) {
    const to = indexFrom(text, "&", at);
    if (to > at) {
      // Search again only after passing the last one: searching to the end of the text for every pair would be
      // quadratic.
      if (equals < at) equals = indexFrom(text, "=", at);
      const keyEnd = Math.min(equals, to);
      pairs.set(
        decodePart(text.slice(at, keyEnd), form),
        keyEnd === to ? "" : decodePart(text.slice(keyEnd + 1, to), form),
      );
    }
    at = to + 1;
  }
  form.at = at;
  form.equals = equals;
  return at < text.length;
}

function indexFrom(text: string, mark: string, from: number): number {
  const index = text.indexOf(mark, from);
  return index === -1 ? text.length : index;
}
