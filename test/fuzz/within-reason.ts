import type { RawAnswer } from "./connection.ts";
import { Fault } from "./fault.ts";

/** Timeout of an answer, in ms. */
const NEVER_MS = 15_000;

/** Any failure of the answer is a fault. */
export async function withinReason(answer: Promise<RawAnswer>): Promise<RawAnswer> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Fault(`no answer within ${NEVER_MS} ms`, { isSlow: true })), NEVER_MS);
  try {
    return await Promise.race([answer, promise]);
  } catch (error) {
    throw error instanceof Fault ? error : new Fault(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}
