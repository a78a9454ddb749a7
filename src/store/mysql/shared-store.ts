import { sharedUsage } from "../../core/admission/usage.ts";
import type { Store } from "../../core/ports/store.ts";
import { TtlAttributeCache } from "../cache/ttl-attribute-cache.ts";
import { VersionStamps } from "../cache/version-stamps.ts";
import { CoalescedReads } from "./attributes/coalesced-reads.ts";
import { Failback } from "./connection/failback.ts";
import { Hosts } from "./connection/hosts.ts";
import type { MysqlLocation } from "./connection/location.ts";
import { Pool } from "./connection/pool.ts";
import { Session } from "./connection/session.ts";
import { createServingStore } from "./serving-store.ts";
import { GroupCommit, type Writer } from "./transaction/group-commit.ts";

/** Connections per thread for attributes, and as many for everything else; few, so that much goes together. */
const READING = 2;
const WRITING = 2;

/** Lanes per server: up to 128 threads, each with up to 32 connections that write. */
const LANES_PER_THREAD = 32;
export const THREADS_MAX = 128;
const FIRST_LANE = 1;

/** Everything that a thread needs to serve a store that another thread has opened; goes through `postMessage`. */
export interface MysqlShare {
  readonly location: MysqlLocation;
  /** The number of this thread within the server, from 0. */
  readonly thread: number;
  readonly slot: number;
  readonly cacheBytes: number;
  readonly stalenessMs: number;
  readonly stamps: SharedArrayBuffer;
  readonly feedVersion: SharedArrayBuffer;
  /** Bytes of the writes in flight, per thread. */
  readonly writes: SharedArrayBuffer;
}

export function joinMysqlStore(share: MysqlShare): Store {
  return servingStore({ ...share, slot: async () => share.slot });
}

/** @property slot asked for at each write: a server that was away for a long time gets another one */
export interface ServingNeeds extends Omit<MysqlShare, "slot"> {
  readonly slot: () => Promise<number>;
  /** Shared with the thread's other connections. */
  readonly hosts?: Hosts;
}

/** A thread's own connections to a database that any number of other threads and servers use. */
export function servingStore(needs: ServingNeeds): Store {
  const { location, stalenessMs, cacheBytes, hosts = new Hosts(needs.location.hosts) } = needs;
  const failback = new Failback(location, hosts);
  const sessions: Session[] = [];
  const make = (count: number): Session[] => {
    const made = Array.from({ length: count }, () => new Session(location, hosts));
    sessions.push(...made);
    return made;
  };
  let lanes = 0;
  const writersOn = (made: readonly Session[]): Writer[] =>
    made.map((session) => {
      const lane = FIRST_LANE + needs.thread * LANES_PER_THREAD + lanes++;
      return { session, lane: async () => lane + (await needs.slot()) * THREADS_MAX * LANES_PER_THREAD };
    });
  const feedVersion = new Int32Array(needs.feedVersion);
  const isCaching = stalenessMs > 0 && cacheBytes > 0;

  return {
    ...createServingStore({
      location,
      readers: new Pool(location, make(READING)),
      writers: new Pool(location, writersOn(make(WRITING))),
      coalesced: new CoalescedReads({
        location,
        sessions: make(READING),
      }),
      group: new GroupCommit({
        location,
        writers: writersOn(make(WRITING)),
        usage: sharedUsage(new Int32Array(needs.writes), needs.thread % THREADS_MAX),
      }),
      cache: isCaching ? new TtlAttributeCache(cacheBytes, stalenessMs, new VersionStamps(needs.stamps)) : undefined,
      feedAppended: () => void Atomics.add(feedVersion, 0, 1),
    }),
    feedVersion: () => Atomics.load(feedVersion, 0),
    failed: new Promise(() => {}),
    publishDemand: () => [],
    async [Symbol.asyncDispose]() {
      await failback[Symbol.asyncDispose]();
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}
