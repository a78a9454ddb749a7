import { type ErrorOutline, outlineOf } from "../core/faults/error-outline.ts";

/** Secrets that might still be in an error's text: our tokens, client secrets, and bearers of any kind. */
const SECRETS = /\b(YWMt|YXA6|bearer +)[\w.~+/=-]+/gi;

/** An error in the form that is logged: its `ErrorOutline`, with everything that looks like a secret redacted. */
export function serializeError(error: unknown): ErrorOutline {
  return redacted(outlineOf(error));
}

function redacted(outline: ErrorOutline): ErrorOutline {
  const { message, cause, errors } = outline;
  return {
    ...outline,
    ...(message === undefined ? {} : { message: message.replace(SECRETS, "$1***") }),
    ...(cause === undefined ? {} : { cause: redacted(cause) }),
    ...(errors === undefined ? {} : { errors: errors.map(redacted) }),
  };
}
