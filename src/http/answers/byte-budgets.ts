import { type AdmissionMemory, usageOf } from "../../core/admission/memory.ts";
import { createSlots, type SlotsOptions } from "../../core/admission/slots.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { createArrivals } from "../bodies/arrivals.ts";
import type { BodyParts } from "../bodies/incoming-body.ts";
import type { AnswerParts } from "./answer-room.ts";

/** See ServiceSettings, which says what holds where one is left out. */
export interface ByteLimits {
  readonly bodiesBytesMax?: number | undefined;
  readonly answersBytesMax?: number | undefined;
  readonly requestTimeoutS?: number | undefined;
}

/** What may be on its way in and out at once; disposed of, it looks after no body any more. */
export interface ByteBudgets extends Disposable {
  readonly bodies: BodyParts;
  readonly answers: Omit<AnswerParts, "brokenOff">;
}

const BODIES_BYTES_MAX = 67_108_864;
const ANSWERS_BYTES_MAX = 67_108_864;
const REQUEST_TIMEOUT_S = 120;
/** An answer is charged so much of the budget at most, or one that is larger than all of it would never be sent. */
const CHARGED_PART = 4;

/** @param shared where several threads serve, what they share and this one's place in it */
export function createByteBudgets(
  limits: ByteLimits,
  timers: Timers,
  shared: { readonly memory: AdmissionMemory; readonly thread: number } | undefined,
): ByteBudgets {
  const { bodiesBytesMax = BODIES_BYTES_MAX, answersBytesMax = ANSWERS_BYTES_MAX } = limits;
  const { requestTimeoutS = REQUEST_TIMEOUT_S } = limits;
  // A client that finds no room is told so at once: what it holds meanwhile would be the same bytes.
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
