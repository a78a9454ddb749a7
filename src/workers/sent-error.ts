import { type ErrorOutline, OutlinedError, outlineOf } from "../core/faults/error-outline.ts";
import { StoreFailure } from "../core/faults/store-failure.ts";
import { Refusal, type Refused } from "../core/refusals.ts";

/** An error in the form that crosses threads: a structured clone would lose its class, code and causes. */
export interface SentError {
  readonly outline: ErrorOutline;
  /** Set for a `Refusal`. */
  readonly refused?: Refused;
  /** Set for a `StoreFailure`. */
  readonly nothingStored?: boolean;
}

export function sentError(error: unknown): SentError {
  return {
    outline: outlineOf(error),
    ...(error instanceof Refusal ? { refused: error.refused } : {}),
    ...(error instanceof StoreFailure ? { nothingStored: error.nothingStored } : {}),
  };
}

export function receivedError({ outline, refused, nothingStored }: SentError): Error {
  if (refused !== undefined) return new Refusal(refused);
  if (nothingStored === undefined) return new OutlinedError(outline);
  const { type, message = type, stack = "", fault, cause } = outline;
  const failure = new StoreFailure(message, nothingStored, cause && new OutlinedError(cause), fault);
  return Object.assign(failure, { name: type, stack });
}
