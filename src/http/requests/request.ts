const USUAL = "Bearer ";
const BEARER = /^bearer +(\S+) *$/i;

/** The text of `Authorization: Bearer …`; undefined when there is none. */
export function bearerOf(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  if (header === null) return undefined;
  // As every client writes it; the pattern is for those that do not.
  if (header.startsWith(USUAL) && !header.includes(" ", USUAL.length) && header.length > USUAL.length) {
    return header.slice(USUAL.length);
  }
  return BEARER.exec(header)?.[1] ?? header;
}

/** The address asked for. Bun puts it together from whatever `Host` says, which may make no URL. */
export function urlOf(request: Request): URL {
  return URL.parse(request.url) ?? new URL(`http://localhost${request.url.replace(/^\w+:\/\/[^/]*/, "")}`);
}
