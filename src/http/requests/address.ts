import { BlockList } from "node:net";
import { type Address, parseAddress } from "./parse-address.ts";

/** The address that counts for limits: the peer's, or what a trusted proxy says of its own. */
export type AddressOf = (peer: string, forwardedFor: string | null) => string;

/** @param trustedProxies addresses and CIDR ranges whose `X-Forwarded-For` is believed */
export function createAddressOf(trustedProxies: readonly string[]): AddressOf {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [text = "", prefix] = proxy.split("/");
    const address = parseAddress(text);
    if (address === undefined) continue;
    const { family, bits } = address;
    if (prefix === undefined) trusted.addAddress(address.text, family);
    // A mapped range is one of IPv4 addresses; the prefix counts the bits of the spelling.
    else trusted.addSubnet(address.text, Math.max(0, Number(prefix) - (text.includes(":") ? 128 - bits : 0)), family);
  }

  return (peer, forwardedFor) => {
    let address = parseAddress(peer);
    if (address === undefined) return peer;
    // From the nearest proxy outwards, until one that is not ours: what stands further left may be made up.
    const hops = trustedProxies.length === 0 || forwardedFor === null ? [] : forwardedFor.split(",").reverse();
    for (const hop of hops) {
      if (!trusted.check(address.text, address.family)) break;
      const sender: Address | undefined = parseAddress(withoutPort(hop.trim()));
      // Nobody knows what it stands for, nor whether what stands left of it is to be believed: the proxy counts itself.
      if (sender === undefined) break;
      address = sender;
    }
    return address.client;
  };
}

/** `1.2.3.4:80`, `[2001:db8::1]:80` and `[2001:db8::1]`, as some proxies write them. */
function withoutPort(text: string): string {
  const [, v4, v6] = /^(?:([\d.]+):\d+|\[([^\]]*:[^\]]*)\](?::\d+)?)$/.exec(text) ?? [];
  return v4 ?? v6 ?? text;
}
