const RANGE = /^([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)((?:\s*;\s*[^;]*)*)$/;
const WEIGHT = /;\s*q=([^;]*)/i;

/**
 * Whether the client prefers HTML, as browsers do when a person opens an address (RFC 9110 § 12.5.1). False for clients
 * that accept anything, or JSON with equal weight.
 * @param accept the header
 */
export function prefersHtml(accept: string | null): boolean {
  if (accept === null) return false;
  const weights = new Map<string, number>();
  for (const range of accept.split(",")) {
    const [, type, parameters = ""] = RANGE.exec(range.trim()) ?? [];
    const weight = Number(WEIGHT.exec(parameters)?.[1] ?? 1);
    if (type !== undefined && weight >= 0 && weight <= 1) weights.set(type.toLowerCase(), weight);
  }
  const weightOf = (type: string): number =>
    weights.get(type) ?? weights.get(type.replace(/\/.*/, "/*")) ?? weights.get("*/*") ?? 0;
  return weightOf("text/html") > weightOf("application/json");
}
