/** What was asked of one register, and when, by the clock of the one process that recorded it. */
export type RegisterOperation =
  | {
      readonly kind: "set";
      /** Given to no other set. */
      readonly value: string;
      readonly from: number;
      /** Infinity where the outcome is unknown: it may take effect at any time, or never. */
      readonly to: number;
      readonly outcome: "done" | "refused" | "unknown";
    }
  | { readonly kind: "get"; readonly value: string; readonly from: number; readonly to: number };

/** A value's set and the gets that answered it. */
interface Cluster {
  readonly value: string;
  /** The end of that which ended first, and the beginning of that which began last. */
  firstEnd: number;
  lastStart: number;
}

interface Zone {
  readonly cluster: Cluster;
  readonly from: number;
  readonly to: number;
}

/**
 * Whether there is an order of all operations, each at a moment between its beginning and its end, in which every get
 * answers what was set last; if not, why not.
 *
 * By the zones of Gibbons and Korach ("Testing Shared Memories", 1997), which decide this exactly where every value is
 * set once. A cluster that must hold its value from `firstEnd` to `lastStart` is a forward zone: no two may overlap. Any
 * other needs only a moment between `lastStart` and `firstEnd`: it may not lie within a forward zone.
 */
export function registerViolation(history: readonly RegisterOperation[], initial: string): string | undefined {
  const clusters = new Map<string, Cluster>([
    [initial, { value: initial, firstEnd: Number.NEGATIVE_INFINITY, lastStart: Number.NEGATIVE_INFINITY }],
  ]);
  const began = new Map<string, number>();
  const refused = new Set<string>();
  for (const operation of history) {
    if (operation.kind === "get") continue;
    const { value, from, to, outcome } = operation;
    if (outcome === "refused") refused.add(value);
    else {
      clusters.set(value, { value, firstEnd: to, lastStart: from });
      began.set(value, from);
    }
  }
  const read = new Set<string>();
  for (const operation of history) {
    if (operation.kind === "set") continue;
    const { value, from, to } = operation;
    const cluster = clusters.get(value);
    const asked = `a get from ${from} to ${to} answered ${value}`;
    if (refused.has(value)) return `${asked}, whose set was refused`;
    if (cluster === undefined) return `${asked}, which nobody set`;
    if (to < (began.get(value) ?? Number.NEGATIVE_INFINITY)) return `${asked}, which was set later`;
    cluster.firstEnd = Math.min(cluster.firstEnd, to);
    cluster.lastStart = Math.max(cluster.lastStart, from);
    read.add(value);
  }
  const isUnread = (operation: RegisterOperation): boolean =>
    operation.kind === "set" && operation.outcome === "unknown" && !read.has(operation.value);
  // What nobody saw, and was never promised, may never have been.
  for (const operation of history) if (isUnread(operation)) clusters.delete(operation.value);
  return overlap([...clusters.values()]);
}

function overlap(clusters: readonly Cluster[]): string | undefined {
  const forward: Zone[] = [];
  const backward: Zone[] = [];
  for (const cluster of clusters) {
    const { firstEnd, lastStart } = cluster;
    if (firstEnd < lastStart) forward.push({ cluster, from: firstEnd, to: lastStart });
    else backward.push({ cluster, from: lastStart, to: firstEnd });
  }
  forward.sort((a, b) => a.from - b.from);
  for (const [index, zone] of forward.entries()) {
    const next = forward[index + 1];
    if (next !== undefined && next.from < zone.to) {
      return `${told(zone)} and ${told(next)} were each answered before and after the other`;
    }
  }
  for (const zone of backward) {
    const around = lastBefore(forward, zone.from);
    if (around !== undefined && zone.to < around.to) {
      return `${told(zone)} was set and gone while ${told(around)} was answered before and after`;
    }
  }
  return undefined;
}

/** The last zone that begins before a moment; they do not overlap, so no earlier one reaches further. */
function lastBefore(zones: readonly Zone[], moment: number): Zone | undefined {
  let low = 0;
  let high = zones.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((zones[middle]?.from ?? moment) < moment) low = middle + 1;
    else high = middle;
  }
  return zones[low - 1];
}

function told({ cluster, from, to }: Zone): string {
  return `${cluster.value} (${from} to ${to})`;
}
