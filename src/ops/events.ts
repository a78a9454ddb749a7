/**
 * The events of the operator's log, one function each; docs/OPERATIONS.md says what to do about each. Lines name processes,
 * files, routes and request ids, never users, query strings or bodies. Failures that may repeat go through `OutageLog`,
 * which counts them.
 */
import type { Logger } from "pino";
import type { Events } from "../core/ports/events.ts";
import type { StoreTroubleEvents } from "../core/ports/store-trouble.ts";
import type { Timers } from "../core/ports/system/timers.ts";
import type { RefusedToken } from "../core/tokens/refused-tokens.ts";
import { type Failure, keysOf, secretOf, troubleOf } from "./failure.ts";
import { OutageLog } from "./outage-log.ts";

type Details<Event extends Failure["event"]> = Omit<Extract<Failure, { event: Event }>, "event">;

/** `count` of an event: the number of such failures, including this one. */
export interface OperatorEvents extends Events, StoreTroubleEvents {
  /** @param details.apps number of apps */
  serving(details: { readonly url: string; readonly store: string; readonly apps: number }): void;
  /** The server has built the web pages in the background. */
  pagesBuilt(details: { readonly ms: number }): void;
  /** There are no web pages, and nothing to build them from. */
  pagesMissing(): void;
  /** The web pages could not be built: those of an earlier build are served, or none. */
  pagesFailed(details: { readonly reason: string }): void;
  /** The store cannot be reached at the start, which waits for it. */
  storeUnreachable(details: Details<"storeUnreachable">): void;
  /** The store was last served elsewhere: the start waits to see whether it still is. */
  holderAwaited(message: string): void;
  /** The server finishes the requests in flight. */
  stopping(): void;
  /** A part could not be closed in time; the process ends anyway. Acknowledged writes are stored. */
  leftOpen(part: string): void;
  /** A part could not be closed; the process ends anyway. Acknowledged writes are stored. */
  closeFailed(error: unknown): void;
  /** First logs the failures since the last lines. */
  stopped(): void;
  /** A request was answered 500, or 503 because of the store. The response carried the same id. */
  requestFailed(details: Details<"requestFailed">, count?: number): void;
  /** Idle connections are closed, because many are open; logged again only after there were far fewer. */
  connectionsNearMax(details: { readonly open: number; readonly max: number }): void;
  /** A file of secrets cannot be read: requests with tokens that need it get 503. */
  secretUnreadable(details: Details<"secretUnreadable">, count?: number): void;
  secretReadable(details: { readonly path: string }): void;
  /** A secret of the configuration could not be read again from its file; the former one stays in use. */
  secretKept(details: { readonly reason: string }): void;
  /** An identity provider's keys cannot be fetched: requests with tokens of unknown keys get 503. */
  keysUnavailable(details: Details<"keysUnavailable">): void;
  keysAvailable(details: { readonly issuer: string }): void;
  /** A key of an identity provider cannot verify anything: its tokens are refused. Logged once for each key. */
  keyUnusable(details: { readonly issuer: string; readonly kid: string | undefined; readonly reason: string }): void;
  /** An external token was refused; logged at most once a second for each app, kind and reason. */
  tokenRefused(details: RefusedToken): void;
  /** The store's writer crashed: the outcome of its writes in flight is unknown. A replacement is started. */
  writerEnded(error: unknown): void;
  /** A serving worker crashed: its requests in flight get no response. A replacement is started. */
  workerEnded(error: unknown): void;
  /** A worker or the writer does not respond. It is terminated, which is logged, too. */
  threadSilent(details: { readonly thread: string; readonly silentMs: number }): void;
  /** The store or the workers can never serve again: the process ends. */
  storeFailed(error: unknown): void;
  /** An uncaught error: the process ends. First logs the failures since the last lines. */
  crashed(error: unknown): void;
  /** @param check detects the end of an outage of the store: resolves when the store reads and writes */
  checkStoreBy(check: () => Promise<unknown>): void;
}

/** The first line of an outage. */
const BEGINNINGS: Readonly<Record<Failure["event"], readonly [level: "warn" | "error", text: string]>> = {
  requestFailed: ["error", "a request failed; further ones are counted, once a minute"],
  refreshFailed: ["error", "could not read the change feed"],
  storeUnreachable: ["warn", "waiting for the store"],
  keysUnavailable: ["error", "cannot fetch the signing keys of an identity provider"],
  secretUnreadable: ["error", "cannot read a file of secrets"],
};

/** @param log its level, format and output */
export function createEvents(log: Logger, timers: Timers): OperatorEvents {
  const outages = new OutageLog({
    timers,
    events: {
      outageBegan(outage, failure) {
        const [level, text] = BEGINNINGS[failure.event];
        log[level]({ ...failure, outage }, text);
      },
      outageLasts: (sums) => log.warn({ event: "outageLasts", ...sums }, `still failing: ${sums.outage}`),
      outageOver: (sums) => log.info({ event: "outageOver", ...sums }, `over: ${sums.outage}`),
    },
  });
  return {
    serving: ({ url, store, apps }) => log.info({ event: "serving", url, store, apps }, `serving on ${url}`),
    pagesBuilt: ({ ms }) => log.info({ event: "pagesBuilt", ms }, "the pages / and /-/docs are built"),
    pagesMissing: () =>
      log.info(
        { event: "pagesMissing" },
        "the pages / and /-/docs are missing: they need the packages that npm ci installs without --omit=dev",
      ),
    pagesFailed: ({ reason }) =>
      log.warn({ event: "pagesFailed", reason }, "the pages / and /-/docs could not be built; the API is served"),
    storeUnreachable: (details) => outages.tell({ event: "storeUnreachable", ...details }),
    holderAwaited: (message) => log.warn({ event: "holderAwaited" }, message),
    stopping: () => log.info({ event: "stopping" }, "stopping: finishing the requests in flight"),
    leftOpen: (part) =>
      log.warn(
        { event: "leftOpen", part },
        "a part could not be closed in time: it ends with the process; acknowledged writes are stored",
      ),
    closeFailed: (error) =>
      log.error({ event: "closeFailed", error }, "the server could not close cleanly; acknowledged writes are stored"),
    stopped() {
      outages.flush();
      log.info({ event: "stopped" }, "stopped");
    },
    requestFailed: (details, count) => outages.tell({ event: "requestFailed", ...details }, count),
    refreshFailed: (error, count) => outages.tell({ event: "refreshFailed", error }, count),
    connectionsNearMax: ({ open, max }) =>
      log.warn({ event: "connectionsNearMax", open, max }, "connections are near their limit: closing idle ones"),
    secretUnreadable: (details, count) => outages.tell({ event: "secretUnreadable", ...details }, count),
    secretReadable: ({ path }) => outages.succeeded(secretOf(path)),
    secretKept: ({ reason }) =>
      log.error({ event: "secretKept", reason }, "a secret could not be read again; the former one stays in use"),
    keysUnavailable: (details) => outages.tell({ event: "keysUnavailable", ...details }),
    keysAvailable: ({ issuer }) => outages.succeeded(keysOf(issuer)),
    keyUnusable: ({ issuer, kid, reason }) =>
      log.error({ event: "keyUnusable", issuer, kid, reason }, "a key of an identity provider cannot be used"),
    tokenRefused: ({ app, kind, failed, detail, more }) =>
      log.warn({ event: "tokenRefused", app, kind, failed, detail, more }, "a token was refused"),
    writerEnded: (error) =>
      log.error({ event: "writerEnded", error }, "the store's writer crashed; starting a replacement"),
    storeTroubled: ({ kind, message }) => log.error({ event: "storeTroubled", trouble: kind }, message),
    storeTroubleOver(kind) {
      const failed = outages.over(troubleOf(kind));
      log.info({ event: "storeTroubleOver", trouble: kind, failed }, "the store's trouble is over");
    },
    workerEnded: (error) => log.error({ event: "workerEnded", error }, "a worker crashed; starting a replacement"),
    threadSilent: ({ thread, silentMs }) =>
      log.error({ event: "threadSilent", thread, silentMs }, "a thread does not respond: terminating it"),
    storeFailed: (error) => log.fatal({ event: "storeFailed", error }, "the store can no longer serve"),
    crashed(error) {
      outages.flush();
      log.fatal({ event: "crashed", error }, "an unexpected fault ends the process");
    },
    checkStoreBy: (check) => outages.checkStoreBy(check),
  };
}
