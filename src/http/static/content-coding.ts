/** How bytes are compressed (gzip, Brotli); `identity` means not at all. */
export type ContentCoding = "br" | "gzip" | "identity";

/** In the server's order of preference. */
const PREFERRED: readonly ContentCoding[] = ["br", "gzip", "identity"];
/** If the header does not mention it, it is acceptable with the lowest weight. */
const UNLISTED_IDENTITY_WEIGHT = 0.0001;
const PART = /^([\w!#$%&'*+.^`|~-]+)(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * Negotiates the coding of an answer (RFC 9110 § 12.5.3). A client that refuses everything on offer gets plain bytes.
 * @param header `Accept-Encoding`
 */
export function contentCoding(header: string | null, offered: readonly ContentCoding[]): ContentCoding {
  if (header === null) return "identity";
  const weights = weightsIn(header);
  const any = weights.get("*");
  const weightOf = (coding: ContentCoding): number =>
    weights.get(coding) ?? any ?? (coding === "identity" ? UNLISTED_IDENTITY_WEIGHT : 0);
  let best: ContentCoding = "identity";
  for (const coding of PREFERRED.toReversed()) {
    if (!offered.includes(coding) || weightOf(coding) === 0) continue;
    if (weightOf(coding) >= weightOf(best)) best = coding;
  }
  return best;
}

/** Malformed parts are ignored. */
function weightsIn(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.split(",")) {
    const [, name = "", q = "1"] = PART.exec(part.trim()) ?? [];
    const coding = name.toLowerCase();
    if (coding !== "") weights.set(coding === "x-gzip" ? "gzip" : coding, Number(q));
  }
  return weights;
}
