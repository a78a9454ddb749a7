import { type ErrorOutline, outlineOf } from "../core/faults/error-outline.ts";
import { StoreFailure } from "../core/faults/store-failure.ts";
import { Refusal } from "../core/refusals.ts";
import type { StoreTroubleKind } from "../core/store-trouble.ts";

/** Something that failed and may fail again at once, any number of times. @template Thrown as it crosses threads, or here */
export type Failure<Thrown = unknown> =
  | {
      readonly event: "requestFailed";
      /** Also in the answer. */
      readonly requestId: string;
      readonly method: string;
      /** The route's pattern, not the path asked for. */
      readonly route: string;
      readonly error: Thrown;
    }
  | { readonly event: "refreshFailed"; readonly error: Thrown }
  | { readonly event: "storeUnreachable"; readonly store: string; readonly error: Thrown }
  | { readonly event: "keysUnavailable"; readonly issuer: string; readonly error: Thrown }
  | { readonly event: "secretUnreadable"; readonly path: string; readonly error: Thrown };

/** What a failure is part of. */
export interface OutageKind {
  /** The same for all failures of the same outage, in any thread; never of a user or a path asked for. */
  readonly name: string;
  /**
   * When it is over: when the store can be used again, when it is said to be, or, as nobody can say it of a fault in the
   * program, when it has not been seen for some time. A trouble of the store begins and ends by lines of its own.
   */
  readonly ends: "store" | "told" | "unseen" | "trouble";
}

/** The one trouble for which requests fail with a fault of its own. */
const FILE_LOST: StoreTroubleKind = "file_lost";

/** Faults that are different sides of one outage: the database goes, and writes are given up that wait for it. */
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
  // What has changed could not be found out, or not in time.
  if (error instanceof StoreFailure || error instanceof Refusal) return { name: "store", ends: "store" };
  return { name: faultName(outline), ends: "unseen" };
}

/** What fails because of a trouble that is told of anyway. */
export function troubleOf(kind: StoreTroubleKind): OutageKind {
  return { name: `store: ${kind}`, ends: "trouble" };
}

export function keysOf(issuer: string): OutageKind {
  return { name: `keys of ${issuer}`, ends: "told" };
}

export function secretOf(path: string): OutageKind {
  return { name: `secrets in ${path}`, ends: "told" };
}

/** The innermost: what is around it says what was being done. */
function faultIn({ fault, cause }: ErrorOutline): string | undefined {
  return (cause === undefined ? undefined : faultIn(cause)) ?? fault;
}

/** A fault of the program, by what it is and the place in our sources where it arose. */
function faultName(outline: ErrorOutline): string {
  if (outline.cause !== undefined) return faultName(outline.cause);
  const { type, code, stack = "" } = outline;
  const frames = stack.split("\n").filter((frame) => !/\b(?:unknown|native|node_modules)\b|\(:0\)/.test(frame));
  const place = /([^\s/(]+:\d+):\d+\)?$/.exec(frames[0] ?? "")?.[1];
  return [type, code, place === undefined ? undefined : `at ${place}`].filter((part) => part !== undefined).join(" ");
}
