import { type ErrorOutline, outlineOf } from "../core/faults/error-outline.ts";
import { StoreFailure } from "../core/faults/store-failure.ts";
import type { StoreTroubleKind } from "../core/ports/store-trouble.ts";
import { Refusal } from "../core/refusals.ts";

/** A failure that may repeat any number of times. @template Thrown the error, or its form for crossing threads */
export type Failure<Thrown = unknown> =
  | {
      readonly event: "requestFailed";
      /** Also in the response. */
      readonly requestId: string;
      readonly method: string;
      /** The route's pattern, not the requested path. */
      readonly route: string;
      readonly error: Thrown;
    }
  | { readonly event: "refreshFailed"; readonly error: Thrown }
  | { readonly event: "storeUnreachable"; readonly store: string; readonly error: Thrown }
  | { readonly event: "keysUnavailable"; readonly issuer: string; readonly error: Thrown }
  | { readonly event: "secretUnreadable"; readonly path: string; readonly error: Thrown };

/** The outage that a failure belongs to. */
export interface OutageKind {
  /** The same for all failures of an outage, in any thread; never contains a user or a requested path. */
  readonly name: string;
  /**
   * How the outage ends. store: the store reads and writes again; told: an event reports it; unseen, for faults of the
   * program: no such failure for some time; trouble: with the `StoreTrouble`, which has log lines of its own.
   */
  readonly ends: "store" | "told" | "unseen" | "trouble";
}

/** The only trouble that fails requests with a fault of its own. */
const FILE_LOST: StoreTroubleKind = "file_lost";

/** Faults of one outage: the database becomes unreachable, and writes that wait for it are abandoned. */
const UNUSABLE: readonly string[] = ["unreachable", "busy", "outcome_unknown", "closed"];

export function outageOf(failure: Failure): OutageKind {
  if (failure.event === "keysUnavailable") return keysOf(failure.issuer);
  if (failure.event === "secretUnreadable") return secretOf(failure.path);
  const { error } = failure;
  const outline = outlineOf(error);
  const fault = faultIn(outline);
  if (fault === FILE_LOST) return troubleOf(FILE_LOST);
  if (fault === "unexpected") return { name: faultName(outline), ends: "unseen" };
  if (fault !== undefined) return { name: UNUSABLE.includes(fault) ? "store" : `store: ${fault}`, ends: "store" };
  // The change feed could not be read, or not in time.
  if (error instanceof StoreFailure || error instanceof Refusal) return { name: "store", ends: "store" };
  return { name: faultName(outline), ends: "unseen" };
}

/** The outage of failures caused by a trouble, which is logged anyway. */
export function troubleOf(kind: StoreTroubleKind): OutageKind {
  return { name: `store: ${kind}`, ends: "trouble" };
}

export function keysOf(issuer: string): OutageKind {
  return { name: `keys of ${issuer}`, ends: "told" };
}

export function secretOf(path: string): OutageKind {
  return { name: `secrets in ${path}`, ends: "told" };
}

/** The innermost fault: outer errors only say what was being done. */
function faultIn({ fault, cause }: ErrorOutline): string | undefined {
  return (cause === undefined ? undefined : faultIn(cause)) ?? fault;
}

/** Names a fault of the program by its type and the place in our sources where it was thrown. */
function faultName(outline: ErrorOutline): string {
  if (outline.cause !== undefined) return faultName(outline.cause);
  const { type, code, stack = "" } = outline;
  const frames = stack.split("\n").filter((frame) => !/\b(?:unknown|native|node_modules)\b|\(:0\)/.test(frame));
  const place = /([^\s/(]+:\d+):\d+\)?$/.exec(frames[0] ?? "")?.[1];
  return [type, code, place === undefined ? undefined : `at ${place}`].filter((part) => part !== undefined).join(" ");
}
