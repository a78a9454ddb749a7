/** An error as it crosses threads: copied as it is, it would lose its name, its code and its causes. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly cause: SentError | undefined;
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), stack: undefined, code: undefined, cause: undefined };
  }
  const { name, message, stack, cause } = error;
  const code = "code" in error ? String(error.code) : undefined;
  return { name, message, stack, code, cause: cause === undefined ? undefined : sentError(cause) };
}

export function receivedError({ name, message, stack, code, cause }: SentError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: receivedError(cause) });
  return Object.assign(error, { name }, stack === undefined ? {} : { stack }, code === undefined ? {} : { code });
}
