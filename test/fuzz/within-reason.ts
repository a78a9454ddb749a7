import type { RawAnswer } from "./connection.ts";
import { Fault } from "./fault.ts";

/** After which an answer is given up. */
const NEVER_MS = 15_000;

/** Whatever goes wrong with it is a fault. */
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
