interface Edge {
  readonly from: string;
  readonly to: string;
}

/** The cycles, each as its files in order; at least one for every strongly connected component. */
export function findCycles(edges: readonly Edge[]): readonly (readonly string[])[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[][] = [];
  function visit(station: string, path: readonly string[]): void {
    const at = path.indexOf(station);
    if (at >= 0) cycles.push([...path.slice(at), station]);
    if (at >= 0 || done.has(station)) return;
    for (const target of next.get(station) ?? []) visit(target, [...path, station]);
    done.add(station);
  }
  for (const station of next.keys()) visit(station, []);
  return cycles;
}
