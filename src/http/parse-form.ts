/**
 * `key=value&key=value` as `URLSearchParams` reads it, the last of two equal keys winning; several times as fast. It is
 * tolerant: raw UTF-8, raw spaces and a stray `%` stand for themselves (clients.md 6).
 */
export function parseForm(text: string): Map<string, string> {
  try {
    return parsePlain(text);
  } catch (error) {
    if (error instanceof URIError) return parseTolerantly(text);
    throw error;
  }
}

/** Throws a `URIError` at a `%` that begins no text in UTF-8. */
function parsePlain(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (let from = 0; from <= text.length; ) {
    let to = text.indexOf("&", from);
    if (to === -1) to = text.length;
    if (to > from) {
      let equals = text.indexOf("=", from);
      if (equals === -1 || equals > to) equals = to;
      pairs.set(decoded(text.slice(from, equals)), decoded(text.slice(equals + 1, Math.max(to, equals + 1))));
    }
    from = to + 1;
  }
  return pairs;
}

function decoded(part: string): string {
  const spaced = part.includes("+") ? part.replaceAll("+", " ") : part;
  return spaced.includes("%") ? decodeURIComponent(spaced) : spaced;
}

/** The ampersand keeps a leading "?" from being taken for the mark of a query. */
function parseTolerantly(text: string): Map<string, string> {
  return new Map(new URLSearchParams(`&${text}`));
}
