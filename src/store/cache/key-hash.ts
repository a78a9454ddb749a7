/** A user's place among the stamps and in the slab: 32 bits, signed. Two users may have the same. */
export function keyHash(app: number, name: string): number {
  let hash = 0x811c9dc5 ^ app;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  // FNV-1a alone leaves the low bits, which pick the place, with little of what differs in short names.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
