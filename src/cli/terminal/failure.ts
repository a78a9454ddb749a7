import type { RefusalCode } from "../../core/refusals.ts";
import { Refusal } from "../../core/refusals.ts";
import { StoreError, type StoreFault } from "../../store/store-error.ts";

/** refused: the command is valid but failed or was refused. usageError: its arguments or the configuration are invalid. */
export const EXIT = { done: 0, refused: 1, usageError: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An expected error. Its lines tell the operator everything; no stack is needed. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  /** For programs: the refusal, if a rule of the server refused. */
  readonly code: RefusalCode | null;

  constructor(exitCode: ExitCode, lines: readonly string[], code: RefusalCode | null = null) {
    super(lines.join("\n"));
    this.name = "Failure";
    this.exitCode = exitCode;
    this.lines = lines;
    this.code = code;
  }
}

export function refused(line: string, code?: RefusalCode): Failure {
  return new Failure(EXIT.refused, [line], code);
}

export function usageError(...lines: string[]): Failure {
  return new Failure(EXIT.usageError, lines);
}

/** The refusal of a rule, in the words of the command line. */
export function refusedBy(code: RefusalCode): Failure {
  return refused(REFUSALS[code] ?? code, code);
}

/** A restart cannot fix these: the operator needs another store, address or version. */
const NON_RETRYABLE_FAULTS: readonly StoreFault[] = [
  "location_illegal",
  "in_use",
  "schema_newer",
  "schema_older",
  "not_usermeta",
  "cannot_open",
  "not_a_database",
  "readonly",
];

const REFUSALS: Partial<Record<RefusalCode, string>> = {
  app_unknown: "the app no longer exists",
  user_name_illegal: "a username is 1 to 64 of a-z, 0-9, _ . and -, and neither . nor ..",
  user_name_too_long: "a username has at most 64 characters",
  user_taken: "a user with this name exists already",
  user_unknown: "there is no such user",
  grant_user_unknown: "there is no such user",
  grant_user_deactivated: "the user is deactivated and gets no tokens",
  password_too_long: "a password has at most 64 characters",
  nickname_too_long: "a nickname has at most 100 characters",
};

/** Any thrown value as an expected error; undefined = a bug, whose stack is needed. */
export function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof StoreError) {
    return new Failure(NON_RETRYABLE_FAULTS.includes(error.fault) ? EXIT.usageError : EXIT.refused, [error.message]);
  }
  if (error instanceof Refusal) return refusedBy(error.refused.code);
  return undefined;
}
