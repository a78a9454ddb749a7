/** Runs the items in order with a limit on concurrency. Results are in the order of the items. */
export async function runLimited<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  doOne: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const doThem = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await doOne(item);
  };
  await Promise.all(Array.from({ length: atOnce }, doThem));
  return results;
}
