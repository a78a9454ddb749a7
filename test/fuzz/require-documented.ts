import type { DocumentJudge } from "../openapi/judge-documented.ts";
import { Fault } from "./fault.ts";
import type { Judged } from "./judge-answer.ts";

/**
 * Checks an answer against the API's document, on which clients rely.
 * @param operations the operations that the request may match; the answer must fit one of them
 */
export function requireDocumented(operations: readonly string[], document: DocumentJudge, judged: Judged): void {
  const faults = operations.map((operation) => {
    const refusals = document.refusalsOf(operation);
    const isKnown = judged.codes.length === 0 || judged.codes.some((code) => refusals.has(code));
    return isKnown ? document.judge(operation, judged) : `${operation} is refused with ${judged.codes}`;
  });
  if (!faults.includes(undefined)) throw new Fault(`not as the API's document says: ${faults.join("; ")}`);
}
