/**
 * Makes each thing once, when it is first asked for, and keeps it: all who ask share it, also while it is being made. What
 * could not be made is forgotten, so that the next client finds it tried again.
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
