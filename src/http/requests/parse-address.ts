import { isIPv4, isIPv6 } from "node:net";

/** An IP address, the same for all spellings. */
export interface Address {
  readonly family: "ipv4" | "ipv6";
  readonly bits: 32 | 128;
  /** Normalized. A mapped IPv4 address, as shown by dual-stack sockets, becomes the IPv4 address. */
  readonly text: string;
  /** The key for limits: an IPv4 address, even if embedded in an IPv6 address, or else the /64 of a customer. */
  readonly client: string;
}

/** Undefined: not an IP address. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return ofIPv4(text);
  // A zone is local to the machine that wrote it.
  const [unzoned = ""] = text.split("%");
  if (!isIPv6(unzoned)) return undefined;
  const groups = groupsOf(unzoned);
  if (startOf(groups) === MAPPED) return ofIPv4(dotted(groups.slice(6)));
  return {
    family: "ipv6",
    bits: 128,
    text: groups.join(":"),
    client: embeddedIn(groups) ?? groups.slice(0, 4).join(":"),
  };
}

const MAPPED = "0:0:0:0:0:ffff";
/** IPv4-compatible (RFC 4291), IPv4-translated (RFC 2765), and NAT64's well-known prefix (RFC 6052). */
const EMBEDDING: ReadonlySet<string> = new Set(["0:0:0:0:0:0", "0:0:0:0:ffff:0", "64:ff9b:0:0:0:0"]);
/** RFC 3056: followed by the IPv4 address, with 65,536 networks of its own. */
const SIX_TO_FOUR = "2002";

function embeddedIn(groups: readonly string[]): string | undefined {
  if (groups[0] === SIX_TO_FOUR) return dotted(groups.slice(1, 3));
  // `::` and `::1` are addresses of IPv6 itself.
  return EMBEDDING.has(startOf(groups)) && groups[6] !== "0" ? dotted(groups.slice(6)) : undefined;
}

function startOf(groups: readonly string[]): string {
  return groups.slice(0, 6).join(":");
}

function ofIPv4(text: string): Address {
  return { family: "ipv4", bits: 32, text, client: text };
}

/** All eight, in lower case without leading zeros. */
function groupsOf(text: string): string[] {
  const inHex = text.replace(/\d+\.\d+\.\d+\.\d+$/, (ending) => {
    const [a = 0, b = 0, c = 0, d = 0] = ending.split(".").map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = [], tail = []] = inHex.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const middle = Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...middle, ...tail].map((group) => Number.parseInt(group, 16).toString(16));
}

function dotted(groups: readonly string[]): string {
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]).join(".");
}
