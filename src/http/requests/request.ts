/**
 * `requests/`: reads a request's head: bearer, address, query, preconditions. It must not read bodies nor decide on
 * permissions.
 */

const USUAL = "Bearer ";
const BEARER = /^bearer +(\S+) *$/i;

/** The text of `Authorization: Bearer …`; undefined when there is none. */
export function bearerOf(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  if (header === null) return undefined;
  // As written by every known client; the pattern is for all others.
  if (header.startsWith(USUAL) && !header.includes(" ", USUAL.length) && header.length > USUAL.length) {
    return header.slice(USUAL.length);
  }
  return BEARER.exec(header)?.[1] ?? header;
}

/** The request's URL. Bun builds it from the `Host` header, which may not form a valid URL. */
export function urlOf(request: Request): URL {
  return URL.parse(request.url) ?? new URL(`http://localhost${request.url.replace(/^\w+:\/\/[^/]*/, "")}`);
}
