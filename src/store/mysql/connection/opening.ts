import type { Connection } from "mysql2";
import { failureKind, NotConnected } from "./errors.ts";
import type { Hosts } from "./hosts.ts";
import type { MysqlHost } from "./location.ts";
import { sever } from "./sever.ts";

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
  /** The host to try first. */
  readonly first: MysqlHost;
  /** Settles within seconds, whatever the host does; rejects soon after the signal. */
  readonly connect: (host: MysqlHost, signal: AbortSignal) => Promise<Connection>;
  /** Whether any caller still waits. */
  readonly isWanted: () => boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A host that lets no connection in for so long may be frozen or cut off. */
const PATIENCE_MS = 400;
/** The same host is not tried again sooner, so that few attempts are under way there at a time. */
const AGAIN_MS = 800;

/**
 * Connects to the first host that lets us in. A slow host and a frozen one look the same from here, so the next host is
 * tried beside the slow one and not instead of it: on a busy database a handshake may take longer than our patience,
 * and attempts that are cut short and begun anew would never get through.
 *
 * The other connections move to another host only when it has let this one in: leaving a slow host for one that is no
 * better would cost all of them their connections.
 *
 * Rejects when every host has refused, or when none has answered and no caller waits any more.
 */
export async function openFirst({ hosts, first, connect, isWanted, signal }: OpeningNeeds): Promise<Open> {
  const left = hosts.current;
  const waitMs = Math.max(PATIENCE_MS, AGAIN_MS / hosts.count);
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener("abort", end);
  const underWay = new Set<Promise<Open | Failed>>();
  let next = first;
  let failures = 0;
  let failure: unknown = new NotConnected();
  let isRepeated = false;
  try {
    for (;;) {
      if (isWanted()) {
        underWay.add(attempt(next, connect, over.signal));
        next = hosts.after(next);
      }
      if (underWay.size === 0) throw failure;
      const ended = await firstOf(underWay, waitMs);
      if (ended === undefined) continue;
      if ("connection" in ended) {
        if (hosts.current === left) hosts.goTo(ended.host);
        return ended;
      }
      failure = ended.error;
      const kind = failureKind(failure);
      if (kind !== "lost" && kind !== "host_unfit") throw failure;
      // One that was ended while it was being made says nothing of the host yet.
      if (isCut(failure) && !isRepeated) {
        isRepeated = true;
        next = ended.host;
      } else failures += 1;
      if (underWay.size === 0 && failures >= hosts.count) throw failure;
    }
  } finally {
    over.abort();
    signal.removeEventListener("abort", end);
    for (const other of underWay) void other.then((late) => "connection" in late && sever(late.connection));
  }
}

async function attempt(host: MysqlHost, connect: OpeningNeeds["connect"], signal: AbortSignal): Promise<Open | Failed> {
  try {
    return { host, connection: await connect(host, signal) };
  } catch (error) {
    return { host, error };
  }
}

/** Takes out the first that ends; undefined when none does in time. */
async function firstOf(underWay: Set<Promise<Open | Failed>>, waitMs: number): Promise<Open | Failed | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), waitMs);
  const ends = [...underWay].map(async (own) => {
    const ended = await own;
    return { own, ended };
  });
  const first = await Promise.race([late, ...ends]);
  clearTimeout(timer);
  if (first === undefined) return undefined;
  underWay.delete(first.own);
  return first.ended;
}

function isCut(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "PROTOCOL_CONNECTION_LOST";
}
