import { isDeepStrictEqual } from "node:util";
import type { StoreGlobals, TransferTarget } from "./transfer.ts";

/** How apps, keys, numbers and usages in the target differ from those that were put there. */
export async function globalsDifferences(
  sent: StoreGlobals,
  usage: ReadonlyMap<number, number>,
  target: TransferTarget,
): Promise<readonly string[]> {
  const { apps, keys, lastNumbers } = await target.globals();
  const differences: string[] = [];
  if (apps.length !== sent.apps.length) differences.push(`${sent.apps.length} apps copied, ${apps.length} found`);
  for (const app of sent.apps) {
    const found = apps.find(({ number }) => number === app.number);
    if (!isDeepStrictEqual(found, app)) differences.push(`${app.key}: the app itself differs or is missing`);
    const used = await target.usage(app.number);
    const expected = usage.get(app.number);
    if (used !== expected) differences.push(`${app.key}: usage: ${expected} bytes copied, ${used} found`);
  }
  if (!isDeepStrictEqual(keys, sent.keys)) differences.push("the signing keys differ");
  for (const name of ["apps", "keys", "changes"] as const) {
    if (lastNumbers[name] < sent.lastNumbers[name]) differences.push(`numbers of ${name} would be assigned again`);
  }
  return differences;
}
