import { BlockList } from "node:net";
import { type Address, parseAddress } from "./parse-address.ts";

/** Returns the client address used for limits: the peer's, or the one that a trusted proxy reports. */
export type AddressOf = (peer: string, forwardedFor: string | null) => string;

/** @param trustedProxies addresses and CIDR ranges whose `X-Forwarded-For` is trusted */
export function createAddressOf(trustedProxies: readonly string[]): AddressOf {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [text = "", prefix] = proxy.split("/");
    const address = parseAddress(text);
    if (address === undefined) continue;
    const { family, bits } = address;
    if (prefix === undefined) trusted.addAddress(address.text, family);
    // A mapped range is a range of IPv4 addresses; the prefix counts bits of the IPv6 spelling.
    else trusted.addSubnet(address.text, Math.max(0, Number(prefix) - (text.includes(":") ? 128 - bits : 0)), family);
  }

  return (peer, forwardedFor) => {
    let address = parseAddress(peer);
    if (address === undefined) return peer;
    // Read from right to left up to the first address that is not a trusted proxy. Everything further left may be
    // forged.
    const hops = trustedProxies.length === 0 || forwardedFor === null ? [] : forwardedFor.split(",").reverse();
    for (const hop of hops) {
      if (!trusted.check(address.text, address.family)) break;
      const sender: Address | undefined = parseAddress(withoutPort(hop.trim()));
      // An unreadable address: neither it nor anything left of it can be trusted, so the proxy's own address counts.
      if (sender === undefined) break;
      address = sender;
    }
    return address.client;
  };
}

/** `1.2.3.4:80`, `[2001:db8::1]:80` and `[2001:db8::1]`, as written by some proxies. */
function withoutPort(text: string): string {
  const [, v4, v6] = /^(?:([\d.]+):\d+|\[([^\]]*:[^\]]*)\](?::\d+)?)$/.exec(text) ?? [];
  return v4 ?? v6 ?? text;
}
