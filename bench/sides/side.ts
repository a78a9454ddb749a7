/** A server that receives requests. */
export interface Side extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** The ports of further processes, which serve the same: the load is distributed evenly. */
  readonly otherPorts?: readonly number[];
  /** The processes that do its work; their children count too. */
  readonly pids: readonly number[];
  /** Counters that grow with the work, by name: the report has the increase of each in a measurement. */
  readonly counters?: () => Promise<Readonly<Record<string, number>>>;
  /** Its settings, for the reader of the results. */
  readonly settings: string;
}
