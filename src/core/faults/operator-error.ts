/**
 * An error whose message we wrote for the operator. It quotes no user, driver or other service, so the log shows it. Of
 * any other error the log shows only the type, the code and the stack.
 */
export class OperatorError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "OperatorError";
  }
}
