import { Refusal } from "../refusals.ts";
import { OperatorError } from "./operator-error.ts";

/**
 * The error of a `Store` call that failed. `nothingStored` decides between 503 (nothing was stored; the client may retry)
 * and 500 (the outcome is unknown).
 */
export class StoreFailure extends OperatorError {
  /** Guaranteed: nothing was stored and nothing will be, so a retry does not repeat the call's effect. */
  readonly nothingStored: boolean;
  /** The kind of failure, if the store itself failed. */
  readonly fault: string | undefined;

  constructor(message: string, nothingStored: boolean, cause?: unknown, fault?: string) {
    super(message, cause);
    this.name = "StoreFailure";
    this.fault = fault;
    this.nothingStored = nothingStored;
  }
}

/** Whether the error is answered 503: nothing was stored or will be, and a retry may succeed. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof StoreFailure) return error.nothingStored;
  return error instanceof Refusal && error.refused.code === "busy";
}

/** Turns an error into one that does not claim `nothingStored`, for calls whose earlier step has stored something. */
export function afterStoring(error: unknown): unknown {
  if (!isUnavailable(error)) return error;
  return new StoreFailure("a call failed after an earlier step of it was stored", false, error);
}
