/** Rules for every answer, whatever its content. */
import type { Dialect } from "../../src/core/model.ts";
import type { Route } from "../../src/http/call.ts";
import { nameOf } from "./calls.ts";
import type { RawAnswer } from "./connection.ts";
import { codesOf } from "./documented.ts";
import { Fault } from "./fault.ts";

export interface JudgedBy {
  /** null: not a path of an app; undefined: the method does not match the path. */
  readonly route: Route | undefined | null;
  /** The path certainly belongs to the route. */
  readonly isExact: boolean;
  readonly dialects: readonly Dialect[];
}

export interface Judged extends RawAnswer {
  /** Empty if there is no body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The possible codes of an error. */
  readonly codes: readonly string[];
}

const ERROR_MEMBERS = new Set([
  ...["error", "error_description", "desc", "exception", "timestamp", "duration", "hint", "data"],
  ...["used", "limit", "attempted", "lastModified", "etag", "current", "errors"],
]);

export function judgeAnswer(answer: RawAnswer, { route, isExact, dialects }: JudgedBy): Judged {
  const { status, headers, text } = answer;
  if (status === 500) throw new Fault("an answer 500");
  for (const name of ["server", "x-powered-by", "location"]) {
    if (headers.has(name)) throw new Fault(`a header ${name}: ${headers.get(name)}`);
  }
  if ((status === 429 || status === 503) && !/^[1-9]\d*$/.test(headers.get("retry-after") ?? "")) {
    throw new Fault(`${status} with Retry-After: ${headers.get("retry-after")}`);
  }
  if (text === undefined) return { ...answer, body: {}, codes: [] };
  if (status === 304) throw new Fault("a 304 with a body");
  if (!/^application\/json(;charset=utf-8)?$/i.test(headers.get("content-type") ?? "")) {
    throw new Fault(`${status} of the type ${headers.get("content-type")}`);
  }
  const body = bodyOf(text);
  if (route !== null && headers.get("access-control-allow-origin") !== "*")
    throw new Fault("no Access-Control-Allow-Origin");
  if (status === 200) {
    if ("error" in body) throw new Fault("a 200 that speaks of an error");
    if (route && isExact && route.path !== "/token" && text !== "{}") requireTimes(body, text);
    return { ...answer, body, codes: [] };
  }
  return { ...answer, body, codes: codesOfError(status, body, text, { route, isExact, dialects }) };
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Fault(`no JSON: ${JSON.stringify(text.slice(0, 200))}`);
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Fault("no JSON object");
  return body as Readonly<Record<string, unknown>>; // as: a JSON object
}

function codesOfError(
  status: number,
  body: Readonly<Record<string, unknown>>,
  text: string,
  { route, isExact, dialects }: JudgedBy,
): readonly string[] {
  requireTimes(body, text);
  const undocumented = Object.keys(body).filter((name) => !ERROR_MEMBERS.has(name));
  if (undocumented.length > 0) throw new Fault(`an error with the members ${undocumented}`);
  if (isExact && "desc" in body !== (route?.family !== "account"))
    throw new Fault(`desc is ${JSON.stringify(body.desc)}`);
  const said = { status, error: body.error, error_description: body.error_description };
  const codes = codesOf(said, dialects, route && isExact ? nameOf(route) : undefined);
  if (codes.length === 0)
    throw new Fault(
      `${status} ${body.error}, ${JSON.stringify(body.error_description)}, is documented nowhere for this call`,
    );
  return codes;
}

function requireTimes({ timestamp, duration }: Readonly<Record<string, unknown>>, text: string): void {
  const isMs = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  if (!isMs(timestamp) || !isMs(duration) || !/"timestamp":\d+[,}]/.test(text)) {
    throw new Fault(`timestamp ${timestamp}, duration ${duration}`);
  }
}
