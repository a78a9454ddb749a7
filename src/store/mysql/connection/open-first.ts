import type { Connection } from "mysql2";
import { destroyConnection } from "./destroy-connection.ts";
import { ConnectTimeout, failureKind } from "./errors.ts";
import type { Hosts } from "./hosts.ts";
import type { MysqlHost } from "./location.ts";

export interface Open {
  readonly connection: Connection;
  readonly host: MysqlHost;
}

interface Failed {
  readonly host: MysqlHost;
  readonly error: unknown;
}

interface OpeningNeeds {
  readonly hosts: Hosts;
  /** The first host to try. */
  readonly first: MysqlHost;
  /** Settles within seconds, whatever the host does; rejects soon after the signal. */
  readonly connect: (host: MysqlHost, signal: AbortSignal) => Promise<Connection>;
  /** Whether a caller is still waiting. */
  readonly isWanted: () => boolean;
  /** Aborts the attempts. */
  readonly signal: AbortSignal;
}

/** A host that has not accepted a connection by then may be frozen or cut off: try the next host as well. */
const SLOW_HOST_MS = 400;
/** The minimum time between two attempts at the same host, so that few are in flight there. */
const SAME_HOST_RETRY_MS = 800;

/**
 * Connects to the first host that accepts. A slow host and a frozen one look the same, so the next host is tried in
 * addition to the slow one, not instead of it: on a busy database a handshake may take longer than SLOW_HOST_MS, and
 * attempts that are always cut short and restarted would never succeed.
 *
 * The failover of the other connections waits until the new host has accepted this one: leaving a slow host for one
 * that is no better would cost all of them their connections.
 *
 * Rejects if every host has refused, or if none has answered and no caller waits any more.
 */
export async function openFirst({ hosts, first, connect, isWanted, signal }: OpeningNeeds): Promise<Open> {
  const initialHost = hosts.current;
  const waitMs = Math.max(SLOW_HOST_MS, SAME_HOST_RETRY_MS / hosts.count);
  const abort = new AbortController();
  const onAbort = (): void => abort.abort();
  signal.addEventListener("abort", onAbort);
  const attempts = new Set<Promise<Open | Failed>>();
  let next = first;
  let failures = 0;
  let failure: unknown = new ConnectTimeout();
  let isRepeated = false;
  try {
    for (;;) {
      if (isWanted()) {
        attempts.add(tryHost(next, connect, abort.signal));
        next = hosts.after(next);
      }
      if (attempts.size === 0) throw failure;
      const ended = await firstOf(attempts, waitMs);
      if (ended === undefined) continue;
      if ("connection" in ended) {
        if (hosts.current === initialHost) hosts.switchTo(ended.host);
        return ended;
      }
      failure = ended.error;
      const kind = failureKind(failure);
      if (kind !== "lost" && kind !== "host_unfit") throw failure;
      // A connection that broke during the handshake says nothing about the host yet.
      if (isConnectionLost(failure) && !isRepeated) {
        isRepeated = true;
        next = ended.host;
      } else failures += 1;
      if (attempts.size === 0 && failures >= hosts.count) throw failure;
    }
  } finally {
    abort.abort();
    signal.removeEventListener("abort", onAbort);
    for (const other of attempts) void other.then((late) => "connection" in late && destroyConnection(late.connection));
  }
}

async function tryHost(host: MysqlHost, connect: OpeningNeeds["connect"], signal: AbortSignal): Promise<Open | Failed> {
  try {
    return { host, connection: await connect(host, signal) };
  } catch (error) {
    return { host, error };
  }
}

/** Removes and returns the first attempt to end; undefined if none ends in time. */
async function firstOf(attempts: Set<Promise<Open | Failed>>, waitMs: number): Promise<Open | Failed | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), waitMs);
  const ends = [...attempts].map(async (own) => {
    const ended = await own;
    return { own, ended };
  });
  const first = await Promise.race([late, ...ends]);
  clearTimeout(timer);
  if (first === undefined) return undefined;
  attempts.delete(first.own);
  return first.ended;
}

function isConnectionLost(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "PROTOCOL_CONNECTION_LOST";
}
