import type { StoreLocation } from "../../src/store/open.ts";
import type { Chance } from "../harness/hostile-request.ts";
import type { UsermetaProcess } from "../harness/usermeta-process.ts";

/** A server in some state of its store and its clients, to be stopped. */
export interface StopState {
  readonly name: string;
  /** The signal comes while the server starts, and not while it serves. */
  readonly isStarting?: true;
  /** The parts that may be left open, as the log names them; all others close in time. */
  readonly leavesOpen?: RegExp;
  /** A part of it needs several threads. */
  readonly workersMin?: number;
  prepare(chance: Chance): Promise<PreparedState>;
}

export interface PreparedState extends AsyncDisposable {
  /** For USERMETA_STORE. */
  readonly store: string;
  /** Where the same store can be read afterwards. */
  readonly location: StoreLocation;
  /** The server's environment, beside what every server of the tests has. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Acts on a serving server before the signal. */
  before?(server: UsermetaProcess): Promise<void>;
  /** Acts at some moment after it. */
  after?(): void | Promise<void>;
  /** The conditions of a closed store, unless the machine was starved. */
  checkClosed?(): void;
  /** Makes the store readable again. */
  restore?(): Promise<void>;
  /** Further conditions afterwards. */
  check?(): Promise<void>;
}
