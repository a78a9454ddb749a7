/**
 * `connections/`: limits open connections by pausing the listener and closing idle ones (keep-alive). It knows nothing
 * of requests, users or apps.
 */

import { type WatchedLevel, watchLevel } from "../../core/admission/watched-level.ts";
import type { MaybePromise } from "../../core/ports/maybe-promise.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { findListener } from "./listener-pause.ts";

/** Events for the operator. */
export interface ConnectionEvents {
  /** Reported once, and again only after the number has dropped well below the limit. */
  connectionsNearMax(details: { readonly open: number; readonly max: number }): void;
}

/** The limit of open connections, and how they are counted. */
export interface ConnectionLimit {
  readonly max: number;
  /** Counts the process's descriptors; undefined if the system does not tell. Then requests in flight are counted. */
  readonly open: (() => number) | undefined;
  /**
   * Length of the kernel's accept queue (backlog), which may all connect at the same time after a pause; undefined:
   * Bun's own.
   */
  readonly queueMax: number | undefined;
}

export interface ConnectionsNeeds {
  readonly limit: ConnectionLimit;
  readonly server: Pick<Bun.Server<undefined>, "closeIdleConnections" | "pendingRequests" | "port" | "timeout">;
  readonly timers: Timers;
  readonly events: ConnectionEvents;
}

/** Watches the open connections in the background; no request waits for a check. */
export interface Connections extends Disposable {
  /**
   * Every answer passes through here. Near the limit its connection gets a short idle timeout. Shortly before idle
   * connections are closed, answers are delayed a little, so that connections in use are not idle at that moment.
   */
  answered(request: Request, response: Response): MaybePromise<Response>;
}

/** Bun's timers have steps of four seconds. */
const SHORT_IDLE_SECONDS = 8;
/** A client whose next request follows within this time keeps its connection when idle ones are closed. */
const IN_USE_MS = 300;
/** More than a client on the same machine can open. */
const OPENED_PER_MS = 20;

export function watchConnections({ limit, server, timers, events }: ConnectionsNeeds): Connections {
  const { max, open, queueMax } = limit;
  const listener = open === undefined || server.port === undefined ? undefined : findListener(server.port, queueMax);
  /** Settles when the idle connections have been closed. */
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
    // Runs once. Connections that are answered from now on get the short idle timeout.
    onNear(now) {
      events.connectionsNearMax({ open: now, max });
      closeIdle();
    },
    // Bun closes connections that never send a byte after 8 to 12 seconds.
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
