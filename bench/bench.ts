/** The parameters of every case. */
export interface Bench {
  /** Of each measurement. */
  readonly seconds: number;
  readonly rounds: number;
  /** A folder of this run, deleted when it ends. */
  readonly folder: string;
  /** A folder that stays, for data that takes long to create. */
  readonly kept: string;
  /** Ends the run. */
  readonly signal: AbortSignal;
  progress(line: string): void;
  /** Prints a warning, which the results repeat. */
  warn(line: string): void;
}
