import type { AppSettings } from "../../src/core/model.ts";
import type { TestDatabase } from "../harness/mariadb.ts";
import type { RawSent } from "../harness/raw.ts";
import type { Pace } from "./greedy/pace.ts";

export type Engine = "sqlite" | "mysql";

/** The addresses of the clients. Calls that set up a test come from 127.0.0.1. */
export const MODEST_ADDRESS = "127.0.0.2";
export const GREEDY_ADDRESS = "127.0.0.3";

/** One of 250 × 250 addresses of greedy clients. */
export function greedyAddress(index: number): string {
  return `127.1.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`;
}

/** The server under test, as a client knows it; plain data, because the greedy client is another process. */
export interface Target {
  readonly origin: string;
  /** Of the row's app: `/org/tested`. */
  readonly app: string;
  /** Of another app, which has no limits of its own. */
  readonly otherApp: string;
  readonly adminToken: string;
  /** Of the users "modest" and "greedy", whose passwords are "secret". */
  readonly modestToken: string;
  readonly greedyToken: string;
  /** The additions of the row's environment. */
  readonly extra: Readonly<Record<string, string>>;
}

export interface Request extends RawSent {
  readonly method: string;
  readonly path: string;
}

/** One useful request, sent again and again, each time after the previous answer. */
export interface ModestRequest {
  readonly name: string;
  /** On a new connection each time. */
  readonly isNewConnection?: true;
  /** @param count the number sent before */
  request(target: Target, count: number): Request;
}

/** The answers to a greedy client: the count of each status, and 0 for connections that broke. */
export type Statuses = Readonly<Record<number, number>>;

/** Where the store is, for clients that lock it. */
export interface Place {
  /** The database's file on `sqlite`. */
  readonly path: string | undefined;
  /** The database on `mysql`. */
  readonly database: TestDatabase | undefined;
}

/** The needs of a row beside the server: an upstream service, a process that holds a lock. */
export interface Surroundings extends AsyncDisposable {
  readonly app?: Partial<AppSettings>;
  readonly extra?: Readonly<Record<string, string>>;
  readonly modest?: readonly ModestRequest[];
  /** Just before the greedy client starts. */
  begin?(target: Target): Promise<void>;
  /** The conditions afterwards, beside a served modest client. Rejects if one does not hold. */
  check?(outcome: { readonly statuses: Statuses; readonly seconds: number }): Promise<void>;
}

/** One kind of greedy client beside a modest one. */
export interface Row {
  /** The guarantee, as the test's name. */
  readonly name: string;
  /** Where it must hold; `sqlite` alone, unless the engine makes a difference. */
  readonly engines?: readonly Engine[];
  /** Options of the server, as the environment names them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The server's limit of file descriptors. */
  readonly descriptorsMax?: number;
  readonly app?: Partial<AppSettings>;
  readonly surroundings?: (place: Place) => Promise<Surroundings>;
  /** Stores further data, after the app and its users were created. */
  readonly prepare?: (target: Target) => Promise<void>;
  /** Runs in a process of its own until `pace.signal` aborts, or until it has done its worst. */
  readonly greedy: (target: Target, pace: Pace) => Promise<void>;
  /** The modest client's requests, from an address and an account of its own. */
  readonly modest: readonly ModestRequest[];
  /** The minimum duration of the greedy client. */
  readonly secondsMin?: number;
  /** The modest client's maximum wait, where it is not a second. */
  readonly waitMaxMs?: number;
  /** The permitted growth of the server's memory. */
  readonly growthBytesMax?: number;
  /** A status that the greedy client must have met: it shows that it was greedy. */
  readonly refusedWith?: number;
  /** Statuses that not even the greedy client may meet. */
  readonly never?: readonly number[];
}
