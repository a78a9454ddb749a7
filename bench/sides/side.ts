/** A server that receives requests. */
export interface Side extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** Of further processes, which serve the same: the load is dealt out evenly. */
  readonly otherPorts?: readonly number[];
  /** The processes that do its work; what they start counts too. */
  readonly pids: readonly number[];
  /** What grows with the work, by name: it is told how much a measurement took of each. */
  readonly counters?: () => Promise<Readonly<Record<string, number>>>;
  /** How it is set, for the reader of the results. */
  readonly settings: string;
}
