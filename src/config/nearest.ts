/** A candidate that differs in more than a third of its characters is not suggested. */
const DISTANCE_SHARE_MAX = 1 / 3;
const BEGINNING_MIN = 2;

/** The candidate that `text` most likely means, by its beginning or its spelling. Upper and lower case are equal. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const wanted = text.toLowerCase();
  const begun = candidates.filter((candidate) => candidate.toLowerCase().startsWith(wanted));
  if (wanted.length >= BEGINNING_MIN && begun.length === 1) return begun[0];
  let best: string | undefined;
  // A short word may have one error, too, but not a word of one character.
  let least = wanted.length < BEGINNING_MIN ? 0 : Math.max(1, wanted.length * DISTANCE_SHARE_MAX);
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance > least || (distance === least && best !== undefined)) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** The number of characters to add, remove, replace, or swap with the next one (Damerau–Levenshtein). */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const exchanges = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const exchanged = exchanges ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(replaced, exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
