import type { AttributesWrite, BatchOutcome } from "../core/ports/attribute-store.ts";

/**
 * The outcomes of an all-or-nothing batch of one app that is refused; undefined if all of it can be written. The app's
 * limit applies to the sum of the batch.
 * @param used bytes of the app's users before the batch
 */
export function batchRefusals(
  writes: readonly AttributesWrite[],
  isCurrent: (write: AttributesWrite) => boolean,
  used: number,
): readonly BatchOutcome[] | undefined {
  const outdated = new Set(writes.filter((write) => !isCurrent(write)));
  if (outdated.size > 0) return writes.map((write) => (outdated.has(write) ? "conflict" : "aborted"));
  const growth = writes.reduce((sum, write) => sum + write.growth, 0);
  const bytesMax = Math.min(...writes.map(({ appBytesMax }) => appBytesMax));
  if (used + growth <= bytesMax || !writes.some(isGrowing)) return undefined;
  return fullOrAborted(writes);
}

/**
 * The outcomes when the app has no room for the whole batch: "full" for each write that grows, "aborted" for the rest.
 */
export function fullOrAborted(writes: readonly AttributesWrite[]): readonly BatchOutcome[] {
  return writes.map((write) => (isGrowing(write) ? "full" : "aborted"));
}

function isGrowing({ growth }: AttributesWrite): boolean {
  return growth > 0;
}
