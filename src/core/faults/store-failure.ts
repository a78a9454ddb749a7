import { Refusal } from "../refusals.ts";
import { OperatorError } from "./operator-error.ts";

/**
 * What a `Store` rejects with when it could not do what it was asked. It decides between the two answers that a client
 * gets: 503, certain and worth trying again, and 500.
 */
export class StoreFailure extends OperatorError {
  /** It is certain that nothing was stored and that nothing will be: a call that is repeated is carried out once. */
  readonly nothingStored: boolean;
  /** The kind, where the store itself has failed. */
  readonly fault: string | undefined;

  constructor(message: string, nothingStored: boolean, cause?: unknown, fault?: string) {
    super(message, cause);
    this.name = "StoreFailure";
    this.fault = fault;
    this.nothingStored = nothingStored;
  }
}

/** Whether what was thrown is answered 503: nothing was stored or will be, and the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof StoreFailure) return error.nothingStored;
  return error instanceof Refusal && error.refused.code === "busy";
}

/** What is thrown in a call of which an earlier step has stored something: it must not say that nothing was. */
export function afterStoring(error: unknown): unknown {
  if (!isUnavailable(error)) return error;
  return new StoreFailure("a call could not be finished, and an earlier step of it is stored", false, error);
}
