import { Refusal, type Refused } from "../core/refusals.ts";
import { StoreFailure } from "../core/store-failure.ts";

/** An error as it crosses threads: copied as it is, it would lose its kind, its name, its code and its causes. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly cause: SentError | undefined;
  /** Of a refusal. */
  readonly refused?: Refused;
  /** Of a store's failure. */
  readonly nothingStored?: boolean;
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), stack: undefined, code: undefined, cause: undefined };
  }
  const { name, message, stack, cause } = error;
  const code = "code" in error ? String(error.code) : undefined;
  return {
    name,
    message,
    stack,
    code,
    cause: cause === undefined ? undefined : sentError(cause),
    ...(error instanceof Refusal ? { refused: error.refused } : {}),
    ...(error instanceof StoreFailure ? { nothingStored: error.nothingStored } : {}),
  };
}

export function receivedError(sent: SentError): Error {
  if (sent.refused !== undefined) return new Refusal(sent.refused);
  const { name, message, stack, code, nothingStored } = sent;
  const cause = sent.cause === undefined ? undefined : receivedError(sent.cause);
  const error =
    nothingStored === undefined
      ? new Error(message, cause === undefined ? undefined : { cause })
      : new StoreFailure(message, nothingStored, cause);
  return Object.assign(error, { name }, stack === undefined ? {} : { stack }, code === undefined ? {} : { code });
}
