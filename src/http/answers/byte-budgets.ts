import { type AdmissionMemory, usageOf } from "../../core/admission/memory.ts";
import { createSlots, type SlotsOptions } from "../../core/admission/slots.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { createArrivals } from "../bodies/arrivals.ts";
import type { BodyParts } from "../bodies/incoming-body.ts";
import type { AnswerParts } from "./answer-room.ts";

/** See ServiceSettings for the defaults. */
export interface ByteLimits {
  readonly bodiesBytesMax?: number | undefined;
  readonly answersBytesMax?: number | undefined;
  readonly requestTimeoutS?: number | undefined;
}

/** Budgets for bytes in flight in both directions. After disposal body timeouts are no longer checked. */
export interface ByteBudgets extends Disposable {
  readonly bodies: BodyParts;
  readonly answers: Omit<AnswerParts, "brokenOff">;
}

const BODIES_BYTES_MAX = 67_108_864;
const ANSWERS_BYTES_MAX = 67_108_864;
const REQUEST_TIMEOUT_S = 120;
/**
 * One answer is charged at most this fraction of the budget; otherwise an answer larger than the budget would never be
 * sent.
 */
const CHARGED_PART = 4;

/** @param shared if several threads serve: their shared memory, and this thread's index in it */
export function createByteBudgets(
  limits: ByteLimits,
  timers: Timers,
  shared: { readonly memory: AdmissionMemory; readonly thread: number } | undefined,
): ByteBudgets {
  const { bodiesBytesMax = BODIES_BYTES_MAX, answersBytesMax = ANSWERS_BYTES_MAX } = limits;
  const { requestTimeoutS = REQUEST_TIMEOUT_S } = limits;
  // Refused immediately if there is no room: a waiting request would occupy the same bytes.
  const terms = { waitingMax: 0, waitMaxMs: 0, leavesRoom: true, timers };
  const usage = (resource: "bodies" | "answers"): Pick<SlotsOptions, "usage"> =>
    shared === undefined ? {} : { usage: usageOf(shared.memory, resource, shared.thread) };
  const arrivals = createArrivals(timers, requestTimeoutS * 1000);
  const bodies = createSlots({ resource: "bodies", capacity: bodiesBytesMax, ...terms, ...usage("bodies") });
  const answers = createSlots({ resource: "answers", capacity: answersBytesMax, ...terms, ...usage("answers") });
  return {
    bodies: { slots: bodies, arrivals },
    answers: { slots: answers, chargedMax: Math.ceil(answersBytesMax / CHARGED_PART) },
    [Symbol.dispose]: () => arrivals[Symbol.dispose](),
  };
}
