import { Refusal } from "../refusals.ts";
import { OperatorError } from "./operator-error.ts";
import { StoreFailure } from "./store-failure.ts";

/**
 * The part of an error that may be logged: plain data, without messages of foreign code. Drivers, parsers and HTTP clients
 * quote their input in messages: names, values, SQL, URLs with passwords.
 */
export interface ErrorOutline {
  readonly type: string;
  /** Only of errors whose message we wrote. */
  readonly message?: string;
  /** The driver's or the system's name for the error, such as ER_DUP_ENTRY or ECONNREFUSED. */
  readonly code?: string;
  readonly errno?: number;
  /** See `StoreFailure.fault`. */
  readonly fault?: string;
  /** One line per frame, without the message that a stack usually begins with. */
  readonly stack?: string;
  readonly cause?: ErrorOutline;
  /** The parts of an `AggregateError`. */
  readonly errors?: readonly ErrorOutline[];
}

const DEPTH_MAX = 5;
const ERRORS_MAX = 4;
const FRAMES_MAX = 20;
const WORD = /^[A-Za-z][\w$]{0,63}$/;
const FRAME =
  /^\s+at (?:async )?(?:new )?(?:[\w$.<>#[\] ]{1,100} \()?(?:unknown|native(?::\d+)*|(?:\/|\w+:)?[^()\n]{0,300}:\d+)\)?$/;

/** An error from another thread, of which only the outline was sent. */
export class OutlinedError extends Error {
  readonly outline: ErrorOutline;
  readonly code: string | undefined;

  constructor(outline: ErrorOutline) {
    super(outline.message ?? outline.type);
    this.name = outline.type;
    this.outline = outline;
    this.code = outline.code;
    this.stack = outline.stack ?? "";
  }
}

export function outlineOf(error: unknown, depth = 1): ErrorOutline {
  if (error instanceof OutlinedError) return error.outline;
  if (!(error instanceof Error)) return { type: error === null ? "null" : typeof error };
  const { code, errno, cause, errors } = error as Surplus; // as: an Error with the members that others add, each checked
  const codeWord = wordOf(code);
  const fault = error instanceof StoreFailure ? error.fault : undefined;
  const stack = framesOf(error);
  const isDeep = depth >= DEPTH_MAX;
  const parts = isDeep || !Array.isArray(errors) ? [] : errors.slice(0, ERRORS_MAX);
  return {
    type: wordOf(error.name) ?? "Error",
    ...(isOurs(error) ? { message: error.message } : {}),
    ...(codeWord === undefined ? {} : { code: codeWord }),
    ...(typeof errno === "number" ? { errno } : {}),
    ...(fault === undefined ? {} : { fault }),
    ...(stack === "" ? {} : { stack }),
    ...(isDeep || cause === undefined || cause === null ? {} : { cause: outlineOf(cause, depth + 1) }),
    ...(parts.length === 0 ? {} : { errors: parts.map((part: unknown) => outlineOf(part, depth + 1)) }),
  };
}

/** The outline of an error that the runtime has already formatted as a text with its message and a source excerpt. */
export function outlineOfText(text: string): ErrorOutline {
  const stack = framesIn(text);
  return { type: "Error", ...(stack === "" ? {} : { stack }) };
}

interface Surplus {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** Whether we wrote the message; that of a refusal is its code. */
function isOurs(error: Error): boolean {
  return error instanceof OperatorError || error instanceof Refusal;
}

function wordOf(value: unknown): string | undefined {
  return typeof value === "string" && WORD.test(value) ? value : undefined;
}

function framesOf({ stack, message }: Error): string {
  if (typeof stack !== "string") return "";
  // A message may have lines that look like frames.
  const at = message === "" ? -1 : stack.indexOf(message);
  return framesIn(at < 0 ? stack : stack.slice(at + message.length));
}

/** The frames at the end of the text. */
function framesIn(text: string): string {
  const lines = text.trimEnd().split("\n");
  const before = lines.findLastIndex((line) => !FRAME.test(line));
  return lines.slice(before + 1, before + 1 + FRAMES_MAX).join("\n");
}
