import type { CallRow } from "./call-row.ts";
import { CALLERS, type CallerKind, isTrusted, mayCall, UNAUTHENTICATED } from "./callers.ts";
import { CALLS } from "./calls.ts";
import type { Ending } from "./endings.ts";

/** A call by a kind of caller that may make it. */
export interface Cell {
  readonly call: CallRow;
  readonly caller: CallerKind;
}

export const CELLS: readonly Cell[] = CALLS.flatMap((call) => callersOf(call).map((caller) => ({ call, caller })));

/** When authority ends, as the request sees it. */
export const MOMENTS = ["before the head", "before the last byte", "after the answer"] as const;
export type Moment = (typeof MOMENTS)[number];

export function cellName({ call, caller }: Cell): string {
  return `${call.name} by ${caller.name}`;
}

function callersOf({ needs }: CallRow): readonly CallerKind[] {
  if (needs === "client secret" || needs === "password") return [UNAUTHENTICATED];
  return CALLERS.filter((caller) => (needs === "token" ? isTrusted(caller) : mayCall(caller, needs)));
}

/** @param isDone undefined where the call has no lasting effect, or the store cannot be checked */
export function outcomeText(status: number, isDone: boolean | undefined): string {
  if (isDone === undefined) return String(status);
  return `${status}, ${isDone ? "carried out" : "nothing stored"}`;
}

/** The rule: the answer, and that a refused request has stored nothing. */
export function expectedOutcome(ending: Ending, cell: Cell, moment: Moment): string {
  const status = expectedStatus(ending, cell, moment);
  const canLook = cell.call.isDone !== undefined && status !== 404;
  return outcomeText(status, canLook ? status === 200 : undefined);
}

function expectedStatus(ending: Ending, { call, caller }: Cell, moment: Moment): number {
  if (moment === "after the answer") return 200;
  const isHeadSeen = moment === "before the last byte";
  if (isHeadSeen && call.begins === "with the head") return 200;
  if (ending.app === "gone") return 404;
  if (call.needs === "client secret") return ending.app === "another secret" ? 400 : 200;
  if (call.needs === "password") return LOG_IN[ending.user ?? "as before"];
  if (call.needs === "registerUser" && ending.app === "closed" && caller.relation !== "admin") return 401;
  // An external token names its user by name, and so the user with that name when the head comes.
  const namesAnother = ending.user === "another" && caller.relation === "self" && isTrusted(caller);
  if (namesAnother && (!isHeadSeen || call.needs === "token")) return call.hasOldPassword ? 400 : 200;
  return ending.ends(caller) ? 401 : 200;
}

/** A log-in with the former password; see "grants" in docs/PROTOCOL.md. */
const LOG_IN: Readonly<Record<NonNullable<Ending["user"]> | "as before", number>> = {
  "as before": 200,
  "another password": 400,
  deactivated: 400,
  gone: 404,
  another: 400,
};
