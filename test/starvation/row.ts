import type { AppSettings } from "../../src/core/model.ts";
import type { TestDatabase } from "../harness/mariadb.ts";
import type { RawSent } from "../harness/raw.ts";
import type { Pace } from "./greedy/pace.ts";

export type Engine = "sqlite" | "mysql";

/** The addresses that clients come from. What sets a test up comes from 127.0.0.1. */
export const MODEST_ADDRESS = "127.0.0.2";
export const GREEDY_ADDRESS = "127.0.0.3";

/** One of 250 × 250 addresses of greedy clients. */
export function greedyAddress(index: number): string {
  return `127.1.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`;
}

/** The server under test, as a client knows it; plain data, for the greedy client is another process. */
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
  /** What the row's surroundings add. */
  readonly extra: Readonly<Record<string, string>>;
}

export interface Request extends RawSent {
  readonly method: string;
  readonly path: string;
}

/** One useful request that is sent again and again, each time when the one before it was answered. */
export interface ModestRequest {
  readonly name: string;
  /** On a new connection each time. */
  readonly isNewConnection?: true;
  /** @param count how many were sent before */
  request(target: Target, count: number): Request;
}

/** What a greedy client was answered: how often each status, and 0 for connections that broke. */
export type Statuses = Readonly<Record<number, number>>;

/** Where the store is, for those that get in its way. */
export interface Place {
  /** The database's file on `sqlite`. */
  readonly path: string | undefined;
  /** The database on `mysql`. */
  readonly database: TestDatabase | undefined;
}

/** What a row needs beside the server: an upstream service, somebody who holds a lock. */
export interface Surroundings extends AsyncDisposable {
  readonly app?: Partial<AppSettings>;
  readonly extra?: Readonly<Record<string, string>>;
  readonly modest?: readonly ModestRequest[];
  /** Just before the greedy client starts. */
  begin?(target: Target): Promise<void>;
  /** What must hold afterwards, beside that the modest client was served. Rejects if it does not. */
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
  /** How many file descriptors the server may have. */
  readonly descriptorsMax?: number;
  readonly app?: Partial<AppSettings>;
  readonly surroundings?: (place: Place) => Promise<Surroundings>;
  /** After the app and its users were made: what else must be stored. */
  readonly prepare?: (target: Target) => Promise<void>;
  /** Runs in a process of its own until `pace.signal` aborts, or until it has done its worst. */
  readonly greedy: (target: Target, pace: Pace) => Promise<void>;
  /** What the modest client sends, from an address and an account of its own. */
  readonly modest: readonly ModestRequest[];
  /** For how long the greedy client must go on at least. */
  readonly secondsMin?: number;
  /** How long the modest client may wait at most, where a second is not what is promised. */
  readonly waitMaxMs?: number;
  /** By how much the server's memory may grow. */
  readonly growthBytesMax?: number;
  /** A status that the greedy client must have met: it shows that it was greedy. */
  readonly refusedWith?: number;
  /** Statuses that not even the greedy client may meet. */
  readonly never?: readonly number[];
}
