/**
 * A cache that creates each value once, on first use. Concurrent callers share the same promise. A failure is not
 * cached, so that the next call tries again.
 */
export function kept<Key, Thing>(make: (key: Key) => Promise<Thing>): (key: Key) => Promise<Thing> {
  const things = new Map<Key, Promise<Thing>>();
  return (key) => {
    const known = things.get(key);
    if (known !== undefined) return known;
    const making = make(key);
    things.set(key, making);
    making.catch(() => things.delete(key));
    return making;
  };
}
