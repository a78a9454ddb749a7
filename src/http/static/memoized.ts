/**
 * A cache that creates each value once, on first use. Concurrent callers share the same promise. A failure is not
 * cached, so that the next call tries again.
 */
export function memoized<Key, Value>(make: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const values = new Map<Key, Promise<Value>>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    const making = make(key);
    values.set(key, making);
    making.catch(() => values.delete(key));
    return making;
  };
}
