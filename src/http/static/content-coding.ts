/** How bytes are packed on their way: `identity` is not at all. */
export type ContentCoding = "br" | "gzip" | "identity";

/** The first of those that a client likes best. */
const PREFERRED: readonly ContentCoding[] = ["br", "gzip", "identity"];
/** What is left unsaid is taken, but less gladly than whatever is named. */
const UNSAID_IDENTITY = 0.0001;
const PART = /^([\w!#$%&'*+.^`|~-]+)(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * What to answer in (RFC 9110 § 12.5.3). A client that refuses all there is gets the plain bytes, which it can at least
 * read.
 * @param header `Accept-Encoding`
 */
export function contentCoding(header: string | null, offered: readonly ContentCoding[]): ContentCoding {
  if (header === null) return "identity";
  const weights = weightsIn(header);
  const any = weights.get("*");
  const weightOf = (coding: ContentCoding): number =>
    weights.get(coding) ?? any ?? (coding === "identity" ? UNSAID_IDENTITY : 0);
  let best: ContentCoding = "identity";
  for (const coding of PREFERRED.toReversed()) {
    if (!offered.includes(coding) || weightOf(coding) === 0) continue;
    if (weightOf(coding) >= weightOf(best)) best = coding;
  }
  return best;
}

/** What is not understood is passed over. */
function weightsIn(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.split(",")) {
    const [, name = "", q = "1"] = PART.exec(part.trim()) ?? [];
    const coding = name.toLowerCase();
    if (coding !== "") weights.set(coding === "x-gzip" ? "gzip" : coding, Number(q));
  }
  return weights;
}
