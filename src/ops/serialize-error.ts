import { type ErrorOutline, outlineOf } from "../core/faults/error-outline.ts";

/** What may have got into an error's text after all: our tokens, client secrets, and bearers of any kind. */
const SECRETS = /\b(YWMt|YXA6|bearer +)[\w.~+/=-]+/gi;

/** An error as the log shows it: see `ErrorOutline`; with everything that looks like a secret masked. */
export function serializeError(error: unknown): ErrorOutline {
  return masked(outlineOf(error));
}

function masked(outline: ErrorOutline): ErrorOutline {
  const { message, cause, errors } = outline;
  return {
    ...outline,
    ...(message === undefined ? {} : { message: message.replace(SECRETS, "$1***") }),
    ...(cause === undefined ? {} : { cause: masked(cause) }),
    ...(errors === undefined ? {} : { errors: errors.map(masked) }),
  };
}
