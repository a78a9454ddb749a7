/**
 * What the operator is told, one function per event; docs/OPERATIONS.md says what to do about each. Lines name processes,
 * files, routes and request ids, never users, query strings or what a request carried. What may fail again and again
 * goes through `OutageLog`, which counts.
 */
import type { Logger } from "pino";
import type { Events, Timers } from "../core/ports.ts";
import type { StoreTroubleEvents } from "../core/store-trouble.ts";
import type { RefusedToken } from "../core/tokens/refused-tokens.ts";
import { type Failure, keysOf, secretOf, troubleOf } from "./failure.ts";
import { OutageLog } from "./outage-log.ts";

type Details<Event extends Failure["event"]> = Omit<Extract<Failure, { event: Event }>, "event">;

/** `count` in an event: so many like it, itself included. */
export interface OperatorEvents extends Events, StoreTroubleEvents {
  /** @param details.apps how many there are */
  serving(details: { readonly url: string; readonly store: string; readonly apps: number }): void;
  /** The web pages were built, beside serving. */
  pagesBuilt(details: { readonly ms: number }): void;
  /** There are no web pages, and nothing to build them from. */
  pagesMissing(): void;
  /** The web pages could not be built: those of an earlier build are served, or none. */
  pagesFailed(details: { readonly reason: string }): void;
  /** The store cannot be reached at the start, which waits for it. */
  storeUnreachable(details: Details<"storeUnreachable">): void;
  /** The store was served elsewhere: the start waits to see whether it still is. */
  holderAwaited(message: string): void;
  /** Requests under way are finished. */
  stopping(): void;
  /** A part could not be closed in time: the process ends all the same. What was answered is stored. */
  leftOpen(part: string): void;
  /** The process ends all the same. What was answered is stored. */
  closeFailed(error: unknown): void;
  /** Tells first what has failed since the last lines. */
  stopped(): void;
  /** A request was answered 500, or 503 because of the store; the answer carried the same id. */
  requestFailed(details: Details<"requestFailed">, count?: number): void;
  /** So many are open that idle ones are closed; told again only after there were far fewer. */
  connectionsNearMax(details: { readonly open: number; readonly max: number }): void;
  /** A file of secrets cannot be read: the tokens that need it are answered 503. */
  secretUnreadable(details: Details<"secretUnreadable">, count?: number): void;
  secretReadable(details: { readonly path: string }): void;
  /** A secret of the configuration could not be read again from its file: the former one goes on. */
  secretKept(details: { readonly reason: string }): void;
  /** An identity provider's keys cannot be had: tokens of keys that are not known yet are answered 503. */
  keysUnavailable(details: Details<"keysUnavailable">): void;
  keysAvailable(details: { readonly issuer: string }): void;
  /** A key of an identity provider can verify nothing: its tokens are refused. Told once for a key. */
  keyUnusable(details: { readonly issuer: string; readonly kid: string | undefined; readonly reason: string }): void;
  /** A token of somebody else's making was refused; told once a second for an app, a kind and a reason. */
  tokenRefused(details: RefusedToken): void;
  /** The store's writer ended unasked: its writes under way are in doubt, and a new one is started. */
  writerEnded(error: unknown): void;
  /** A serving worker ended unasked: what it had under way is unanswered, and another is started in its place. */
  workerEnded(error: unknown): void;
  /** A worker or the writer does not respond: it is ended, which is told, too. */
  threadSilent(details: { readonly thread: string; readonly silentMs: number }): void;
  /** The store, or its workers, can never serve again: the process ends. */
  storeFailed(error: unknown): void;
  /** Something was thrown that nothing catches: the process ends. Tells first what has failed since the last lines. */
  crashed(error: unknown): void;
  /** @param check how to find out that an outage of the store is over: resolves when it reads and writes */
  checkStoreBy(check: () => Promise<unknown>): void;
}

/** What the first line of an outage says. */
const BEGINNINGS: Readonly<Record<Failure["event"], readonly [level: "warn" | "error", text: string]>> = {
  requestFailed: ["error", "a request failed; further ones are counted, once a minute"],
  refreshFailed: ["error", "changes by other processes could not be read"],
  storeUnreachable: ["warn", "waiting for the store"],
  keysUnavailable: ["error", "the keys of an identity provider are not available"],
  secretUnreadable: ["error", "a file of secrets cannot be read"],
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
        "the pages / and /-/docs are not here: they need what npm ci installs without --omit=dev",
      ),
    pagesFailed: ({ reason }) =>
      log.warn({ event: "pagesFailed", reason }, "the pages / and /-/docs could not be built; the API is served"),
    storeUnreachable: (details) => outages.tell({ event: "storeUnreachable", ...details }),
    holderAwaited: (message) => log.warn({ event: "holderAwaited" }, message),
    stopping: () => log.info({ event: "stopping" }, "stopping: requests under way are finished"),
    leftOpen: (part) =>
      log.warn(
        { event: "leftOpen", part },
        "not closed in time: it ends with the process, and what was answered is stored",
      ),
    closeFailed: (error) =>
      log.error({ event: "closeFailed", error }, "the server did not close well; what was answered is stored"),
    stopped() {
      outages.flush();
      log.info({ event: "stopped" }, "stopped");
    },
    requestFailed: (details, count) => outages.tell({ event: "requestFailed", ...details }, count),
    refreshFailed: (error, count) => outages.tell({ event: "refreshFailed", error }, count),
    connectionsNearMax: ({ open, max }) =>
      log.warn({ event: "connectionsNearMax", open, max }, "connections are near their limit: idle ones are closed"),
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
      log.error({ event: "writerEnded", error }, "the store's writer ended; a new one is started"),
    storeTroubled: ({ kind, message }) => log.error({ event: "storeTroubled", trouble: kind }, message),
    storeTroubleOver(kind) {
      const failed = outages.over(troubleOf(kind));
      log.info({ event: "storeTroubleOver", trouble: kind, failed }, "the store's trouble is over");
    },
    workerEnded: (error) =>
      log.error({ event: "workerEnded", error }, "a serving worker ended; another is started in its place"),
    threadSilent: ({ thread, silentMs }) =>
      log.error({ event: "threadSilent", thread, silentMs }, "a thread does not respond: it is ended"),
    storeFailed: (error) => log.fatal({ event: "storeFailed", error }, "the store cannot serve any more"),
    crashed(error) {
      outages.flush();
      log.fatal({ event: "crashed", error }, "an unexpected fault ends the process");
    },
    checkStoreBy: (check) => outages.checkStoreBy(check),
  };
}
