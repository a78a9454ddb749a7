/** Calls to one register, with their times by the clock of the one process that recorded them. */
export type RegisterOperation =
  | {
      readonly kind: "set";
      /** Given to no other set, and different from the register's first value. */
      readonly value: string;
      readonly from: number;
      /** Where the outcome is unknown it says nothing: the set may take effect at any time, or never. */
      readonly to: number;
      readonly outcome: "done" | "refused" | "unknown";
    }
  | { readonly kind: "get"; readonly value: string; readonly from: number; readonly to: number };

/** A value's set, and the gets that answered it: the last of them to begin, the first of them all to end. */
interface Cluster {
  readonly value: string;
  /** Undefined = the register began with it. */
  readonly set: RegisterOperation | undefined;
  /** From the earliest end to the latest beginning it holds the value, if that is not the other way round. */
  firstEnd: Moment;
  lastStart: Moment;
}

interface Moment {
  readonly at: number;
  readonly operation: RegisterOperation | undefined;
}

/**
 * Whether there is an order of all operations, each at a moment between its beginning and its end, in which every get
 * answers the last value set; if not, which of them contradict one another.
 *
 * By the zones of Gibbons and Korach ("Testing Shared Memories", 1997), which decide this exactly where every value is
 * set once. A cluster that must hold its value from `firstEnd` to `lastStart` is a forward zone: no two may overlap. Any
 * other needs only a moment between `lastStart` and `firstEnd`: it may not lie within a forward zone.
 */
export function registerViolation(history: readonly RegisterOperation[], initial: string): string | undefined {
  const clusters = clustersOfSets(history, initial);
  for (const get of history) {
    if (get.kind === "set") continue;
    const cluster = clusters.get(get.value);
    if (cluster === undefined) return `${told(get)} answered a value that was never set`;
    const { set } = cluster;
    if (set?.kind === "set" && set.outcome === "refused") return `${told(get)} answered what was refused: ${told(set)}`;
    if (set !== undefined && get.to < set.from) return `${told(get)} answered what was set later: ${told(set)}`;
    if (get.to < cluster.firstEnd.at) cluster.firstEnd = { at: get.to, operation: get };
    if (get.from > cluster.lastStart.at) cluster.lastStart = { at: get.from, operation: get };
  }
  return contradiction([...clusters.values()]);
}

function clustersOfSets(history: readonly RegisterOperation[], initial: string): ReadonlyMap<string, Cluster> {
  const always = { at: Number.NEGATIVE_INFINITY, operation: undefined };
  const first = { value: initial, set: undefined, firstEnd: always, lastStart: always };
  const clusters = new Map<string, Cluster>([[initial, first]]);
  for (const set of history) {
    if (set.kind === "get") continue;
    const { value, from, to, outcome } = set;
    if (clusters.has(value)) throw new Error(`${value} was set twice: such a history cannot be judged`);
    // An unacknowledged set is proven by its gets alone: without an end it contradicts nothing.
    const firstEnd = { at: outcome === "done" ? to : Number.POSITIVE_INFINITY, operation: set };
    clusters.set(value, { value, set, firstEnd, lastStart: { at: from, operation: set } });
  }
  return clusters;
}

function contradiction(clusters: readonly Cluster[]): string | undefined {
  const forward = clusters
    .filter(({ firstEnd, lastStart }) => firstEnd.at < lastStart.at)
    .sort((one, other) => one.firstEnd.at - other.firstEnd.at);
  for (const [index, zone] of forward.entries()) {
    const next = forward[index + 1];
    if (next !== undefined && next.firstEnd.at < zone.lastStart.at) return interleaved(zone, next);
  }
  for (const cluster of clusters) {
    if (cluster.firstEnd.at < cluster.lastStart.at) continue;
    const around = lastBefore(forward, cluster.lastStart.at);
    if (around !== undefined && cluster.firstEnd.at < around.lastStart.at) return interleaved(around, cluster);
  }
  return undefined;
}

/** The last zone that begins before a moment; they do not overlap, so no earlier one reaches further. */
function lastBefore(forward: readonly Cluster[], moment: number): Cluster | undefined {
  let low = 0;
  let high = forward.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((forward[middle]?.firstEnd.at ?? moment) < moment) low = middle + 1;
    else high = middle;
  }
  return forward[low - 1];
}

/** Each has an operation that ended before one of the other's began, so neither value came first. */
function interleaved(one: Cluster, other: Cluster): string {
  return `${before(one, other)}, but ${before(other, one)}`;
}

function before(earlier: Cluster, later: Cluster): string {
  const { operation } = earlier.firstEnd;
  const end = operation === undefined ? `the beginning with ${earlier.value}` : told(operation);
  return `${end} was over before ${told(later.lastStart.operation)}`;
}

function told(operation: RegisterOperation | undefined): string {
  if (operation === undefined) return "the beginning";
  const { kind, value, from, to } = operation;
  return `${kind} ${value} (${from} to ${to})`;
}
