/**
 * An error whose message we have written for the operator. It holds nothing that a user, a driver or another service
 * has said, so the log shows it; of every other error the log shows its type, its code and where it arose.
 */
export class OperatorError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "OperatorError";
  }
}
