/** The steps of one request in the output of strace, and how to recognise their lines. */
export interface TracedSet {
  readonly mark: string;
  /** The number of flushes of the log that began after the request arrived and ended before its answer was sent. */
  readonly flushes: number;
}

/** For `strace -f -y`: text long enough to show a whole request, and every call that sends, receives or flushes. */
export const TRACER = ["strace", "-f", "-y", "-s", "2000", "-e", "trace=network,fsync,fdatasync"];

/** Each set in question has an attribute of its own in its body and its answer. */
const MARK = /\bmark-\d+-end\b/;
const RECEIVED = /^\d+ +(?:<\.\.\. )?recv/;
const SENT = /^\d+ +send/;
/** `fsync(7</tmp/a.db-wal>) = 0`, or the first half of it when another thread came in between. */
const FLUSH_BEGUN = /^(\d+) +f(?:data)?sync\(\d+<.*-wal>(?:\) += 0| <(unfinished))/;
const FLUSH_RESUMED = /^(\d+) +<\.\.\. f(?:data)?sync resumed>\) += 0/;

/** The sets that were answered, in the order of their arrival. */
export function tracedSets(trace: string): TracedSet[] {
  const arrivals = new Map<string, number>();
  const answers = new Map<string, number>();
  const flushes: { begun: number; ended: number }[] = [];
  const unfinished = new Map<string, number>();

  for (const [at, line] of trace.split("\n").entries()) {
    const [mark] = MARK.exec(line) ?? [];
    if (mark !== undefined && RECEIVED.test(line)) arrivals.set(mark, at);
    if (mark !== undefined && SENT.test(line)) answers.set(mark, at);

    const [, beginner, half] = FLUSH_BEGUN.exec(line) ?? [];
    if (beginner !== undefined && half !== undefined) unfinished.set(beginner, at);
    else if (beginner !== undefined) flushes.push({ begun: at, ended: at });

    const [, ender = ""] = FLUSH_RESUMED.exec(line) ?? [];
    const begun = unfinished.get(ender);
    if (begun !== undefined) flushes.push({ begun, ended: at });
    unfinished.delete(ender);
  }

  return [...arrivals].flatMap(([mark, arrived]) => {
    const answered = answers.get(mark);
    if (answered === undefined) return [];
    return [{ mark, flushes: flushes.filter(({ begun, ended }) => begun > arrived && ended < answered).length }];
  });
}
