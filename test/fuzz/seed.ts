/** The given seed, or a random one. */
export function seedOf(text: string | undefined): number {
  const seed = text === undefined ? Date.now() % 1_000_000_000 : Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`FUZZ_SEED: ${text} is no whole number`);
  return seed;
}
