import { type WatchedLevel, watchLevel } from "../../core/admission/watched-level.ts";
import type { MaybePromise } from "../../core/ports/maybe-promise.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { findListener } from "./listener-pause.ts";

/** Told of what the operator should know of connections. */
export interface ConnectionEvents {
  /** Once, until they have been well below again. */
  connectionsNearMax(details: { readonly open: number; readonly max: number }): void;
}

/** How many connections there may be, counted by what they use up. */
export interface ConnectionLimit {
  readonly max: number;
  /** The process's descriptors; undefined where the system does not tell, and requests under way are counted. */
  readonly open: (() => number) | undefined;
  /** How many connections may wait in the kernel's queue, and so come in at once; undefined: as many as Bun lets. */
  readonly queueMax: number | undefined;
}

export interface ConnectionsNeeds {
  readonly limit: ConnectionLimit;
  readonly server: Pick<Bun.Server<undefined>, "closeIdleConnections" | "pendingRequests" | "port" | "timeout">;
  readonly timers: Timers;
  readonly events: ConnectionEvents;
}

/** The open connections: watched from now on, for none asks before it is there. */
export interface Connections extends Disposable {
  /**
   * Each answer goes through it. Near the limit the connection may then be idle for a short time only; and while the
   * idle ones are about to be closed, answers are held back for a moment, so that those in use are not idle then.
   */
  answered(request: Request, response: Response): MaybePromise<Response>;
}

/** Bun's timers move in steps of four seconds. */
const SHORT_IDLE_SECONDS = 8;
/** A client that makes its next request within this keeps its connection when the idle ones are closed. */
const IN_USE_MS = 300;
/** More than a client on the same machine manages. */
const OPENED_PER_MS = 20;

export function watchConnections({ limit, server, timers, events }: ConnectionsNeeds): Connections {
  const { max, open, queueMax } = limit;
  const listener = open === undefined || server.port === undefined ? undefined : findListener(server.port, queueMax);
  /** Until the idle ones are closed. */
  let closing: Promise<void> | undefined;

  function closeIdle(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    closing = promise;
    timers.after(IN_USE_MS, () => {
      server.closeIdleConnections();
      closing = undefined;
      resolve();
    });
  }

  const level: WatchedLevel = watchLevel({
    resource: "connections",
    max,
    level: open ?? (() => server.pendingRequests),
    risesPerMs: OPENED_PER_MS,
    timers,
    // Once: those that are answered from now on are closed soon if they stay idle.
    onNear(now) {
      events.connectionsNearMax({ open: now, max });
      closeIdle();
    },
    // Those that never send a byte are closed by Bun after 8 to 12 seconds.
    onFull: () => listener?.pause(),
    onRoom: () => listener?.resume(),
  });
  return {
    answered(request, response) {
      if (!level.isNear) return response;
      server.timeout(request, SHORT_IDLE_SECONDS);
      return closing?.then(() => response) ?? response;
    },
    [Symbol.dispose]: () => level[Symbol.dispose](),
  };
}
