import type { DocumentJudge } from "../openapi/judge-documented.ts";
import { Fault } from "./fault.ts";
import type { Judged } from "./judge-answer.ts";

/**
 * Holds an answer against the API's document, which says what clients may count on.
 * @param operations those that the request may have been taken for: the answer must fit one of them
 */
export function requireDocumented(operations: readonly string[], document: DocumentJudge, judged: Judged): void {
  const faults = operations.map((operation) => {
    const refusals = document.refusalsOf(operation);
    const isKnown = judged.codes.length === 0 || judged.codes.some((code) => refusals.has(code));
    return isKnown ? document.judge(operation, judged) : `${operation} is refused with ${judged.codes}`;
  });
  if (!faults.includes(undefined)) throw new Fault(`not as the API's document says: ${faults.join("; ")}`);
}
