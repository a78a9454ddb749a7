import type { AttributesWrite, BatchOutcome } from "../core/ports.ts";

/**
 * What becomes of writes of one app of which none is carried out because of some; undefined when all can be. The app's
 * limit is held against what they come to together.
 * @param used by the app's users before
 */
export function refusedTogether(
  writes: readonly AttributesWrite[],
  isCurrent: (write: AttributesWrite) => boolean,
  used: number,
): readonly BatchOutcome[] | undefined {
  const outdated = new Set(writes.filter((write) => !isCurrent(write)));
  if (outdated.size > 0) return writes.map((write) => (outdated.has(write) ? "conflict" : "aborted"));
  const growth = writes.reduce((sum, write) => sum + write.growth, 0);
  const bytesMax = Math.min(...writes.map(({ appBytesMax }) => appBytesMax));
  if (used + growth <= bytesMax || !writes.some(isGrowing)) return undefined;
  return fullOrWithheld(writes);
}

/** Where there is no room for all of them together: those that want some are refused for it. */
export function fullOrWithheld(writes: readonly AttributesWrite[]): readonly BatchOutcome[] {
  return writes.map((write) => (isGrowing(write) ? "full" : "aborted"));
}

function isGrowing({ growth }: AttributesWrite): boolean {
  return growth > 0;
}
