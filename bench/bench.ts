/** What every case is run with. */
export interface Bench {
  /** Of each measurement. */
  readonly seconds: number;
  readonly rounds: number;
  /** A folder of this run, gone when it ends. */
  readonly folder: string;
  /** A folder that stays, for what takes long to make. */
  readonly kept: string;
  /** Ends the run. */
  readonly signal: AbortSignal;
  progress(line: string): void;
  /** Prints a warning, which the results repeat. */
  warn(line: string): void;
}
