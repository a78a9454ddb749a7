import { BlockList, isIPv6 } from "node:net";

/** The address that counts for limits: the peer's, or what a trusted proxy says of its own. */
export type AddressOf = (peer: string, forwardedFor: string | null) => string;

/** @param trustedProxies addresses and CIDR ranges whose `X-Forwarded-For` is believed */
export function createAddressOf(trustedProxies: readonly string[]): AddressOf {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = "", prefix] = proxy.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");

  return (peer, forwardedFor) => {
    let address = unmapped(peer);
    // From the nearest proxy outwards, until one that is not ours: what stands further left may be made up.
    const hops = trustedProxies.length === 0 || forwardedFor === null ? [] : forwardedFor.split(",").reverse();
    for (const hop of hops) {
      if (!isTrusted(address)) break;
      address = unmapped(hop.trim());
    }
    return networkOf(address);
  };
}

const MAPPED_V4 = "::ffff:";

function unmapped(address: string): string {
  return address.startsWith(MAPPED_V4) && address.includes(".") ? address.slice(MAPPED_V4.length) : address;
}

/** One IPv6 customer holds a whole /64. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  while (groups.length + last.length < 8) groups.push("0");
  return [...groups, ...last].slice(0, 4).join(":");
}
