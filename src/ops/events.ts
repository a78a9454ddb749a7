/**
 * What the operator is told, one function per event. Lines name processes, files, routes and request ids, never
 * users, query strings or what a request carried.
 */
import type { Logger } from "pino";
import type { Events } from "../core/ports.ts";
import type { RefusedToken } from "../core/refused-tokens.ts";
import type { StoreTroubleEvents } from "../core/store-trouble.ts";

export interface OperatorEvents extends Events, StoreTroubleEvents {
  /** @param details.apps how many there are */
  serving(details: { readonly url: string; readonly store: string; readonly apps: number }): void;
  /** The store cannot be reached at the start, which waits for it. */
  storeUnreachable(details: { readonly store: string; readonly error: unknown }): void;
  /** Requests under way are finished. */
  stopping(): void;
  /** A part could not be closed in time: the process ends all the same. What was answered is stored. */
  leftOpen(part: string): void;
  /** The process ends all the same. What was answered is stored. */
  closeFailed(error: unknown): void;
  stopped(): void;
  /** A request was answered with "internal server error"; the answer carried the same id. */
  requestFailed(details: {
    readonly requestId: string;
    readonly method: string;
    /** The route's pattern, not the path asked for. */
    readonly route: string;
    readonly error: unknown;
  }): void;
  /** So many are open that idle ones are closed; told again only after there were far fewer. */
  connectionsNearMax(details: { readonly open: number; readonly max: number }): void;
  /** A file of secrets cannot be read: the tokens that need it are answered 503. */
  secretUnreadable(details: { readonly path: string; readonly error: unknown }): void;
  /** A secret of the configuration could not be read again from its file: the former one goes on. */
  secretKept(details: { readonly reason: string }): void;
  /** An identity provider's keys cannot be had: tokens of keys that are not known yet are answered 503. */
  keysUnavailable(details: { readonly issuer: string; readonly error: unknown }): void;
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
}

export function createEvents(log: Logger): OperatorEvents {
  return {
    serving: ({ url, store, apps }) => log.info({ event: "serving", url, store, apps }, `serving on ${url}`),
    storeUnreachable: ({ store, error }) =>
      log.warn({ event: "storeUnreachable", store, error }, "waiting for the store"),
    stopping: () => log.info({ event: "stopping" }, "stopping: requests under way are finished"),
    leftOpen: (part) =>
      log.warn(
        { event: "leftOpen", part },
        "not closed in time: it ends with the process, and what was answered is stored",
      ),
    closeFailed: (error) =>
      log.error({ event: "closeFailed", error }, "the server did not close well; what was answered is stored"),
    stopped: () => log.info({ event: "stopped" }, "stopped"),
    requestFailed: ({ requestId, method, route, error }) =>
      log.error({ event: "requestFailed", requestId, method, route, error }, "a request failed"),
    refreshFailed: (error) =>
      log.error({ event: "refreshFailed", error }, "what other processes have changed could not be read"),
    connectionsNearMax: ({ open, max }) =>
      log.warn({ event: "connectionsNearMax", open, max }, "connections are near their limit: idle ones are closed"),
    secretUnreadable: ({ path, error }) =>
      log.error({ event: "secretUnreadable", path, error }, "a file of secrets cannot be read"),
    secretKept: ({ reason }) =>
      log.error({ event: "secretKept", reason }, "a secret could not be read again: the former one goes on"),
    keysUnavailable: ({ issuer, error }) =>
      log.error({ event: "keysUnavailable", issuer, error }, "an identity provider's keys cannot be had"),
    keyUnusable: ({ issuer, kid, reason }) =>
      log.error({ event: "keyUnusable", issuer, kid, reason }, "a key of an identity provider cannot be used"),
    tokenRefused: ({ app, kind, failed, detail, more }) =>
      log.warn({ event: "tokenRefused", app, kind, failed, detail, more }, "a token was refused"),
    writerEnded: (error) =>
      log.error({ event: "writerEnded", error }, "the store's writer ended; a new one is started"),
    storeTroubled: ({ kind, message }) => log.error({ event: "storeTroubled", trouble: kind }, message),
    storeTroubleOver: (kind) => log.info({ event: "storeTroubleOver", trouble: kind }, "the store's trouble is over"),
    workerEnded: (error) =>
      log.error({ event: "workerEnded", error }, "a serving worker ended; another is started in its place"),
    threadSilent: ({ thread, silentMs }) =>
      log.error({ event: "threadSilent", thread, silentMs }, "a thread does not respond: it is ended"),
    storeFailed: (error) => log.fatal({ event: "storeFailed", error }, "the store cannot serve any more"),
  };
}
