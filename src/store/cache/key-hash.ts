/**
 * Hashes a user to 32 bits, signed: the stripe among the version stamps and the bucket in the ring cache. Two users may
 * have the same hash.
 */
export function keyHash(app: number, name: string): number {
  let hash = 0x811c9dc5 ^ app;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  // FNV-1a alone mixes short names badly into the low bits, which select stripe and bucket.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
