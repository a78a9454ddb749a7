import type { WireError } from "./errors.ts";

/**
 * What a handler answers: the members of a JSON object, as text, so that attributes go out as they are stored.
 * `timed` answers carry `timestamp` and `duration` around them (user-metadata.md), token answers do not.
 */
export interface Reply {
  readonly members: string;
  readonly timed: boolean;
}

/** When a call came in and when it is answered, whole ms since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Pages of any origin may read every answer, errors too, and these of its headers (clients.md 10, 11). */
const HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "application/json",
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
};

/** Made once: an object would be made into headers again for every answer, at the cost of all the rest of it. */
const SUCCESS: ResponseInit = { headers: new Headers(HEADERS) };

const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  ...HEADERS,
  "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
  "Access-Control-Allow-Headers": "authorization, content-type, x-request-id",
  "Access-Control-Max-Age": "86400",
};

/** A metadata answer; `data` and `lastModified` are JSON text. */
export function metadataReply(data: string, lastModified?: string): Reply {
  const version = lastModified === undefined ? "" : `,"lastModified":${lastModified}`;
  return { members: `"data":${data}${version}`, timed: true };
}

/** @param fields undefined ones are left out */
export function jsonReply(fields: Readonly<Record<string, unknown>>, timed: boolean): Reply {
  return { members: JSON.stringify(fields).slice(1, -1), timed };
}

export function successResponse({ members, timed }: Reply, { from, to }: Span): Response {
  const body = timed ? `{"timestamp":${to},${members},"duration":${duration(from, to)}}` : `{${members}}`;
  return new Response(body, SUCCESS);
}

/**
 * @param withDesc metadata calls answer the union of the old and the newer error shape (protocol.md § 4.1), others
 *   the one without `desc`
 */
export function errorResponse(error: WireError, { from, to }: Span, withDesc: boolean, requestId?: string): Response {
  const body = {
    error: error.error,
    exception: error.exception,
    timestamp: to,
    duration: duration(from, to),
    error_description: error.text,
    desc: withDesc ? (error.desc ?? error.text) : undefined,
    data: error.emptyData ? {} : undefined,
  };
  const headers = { ...HEADERS, ...error.headers, ...(requestId === undefined ? {} : { "X-Request-Id": requestId }) };
  return new Response(JSON.stringify(body), { status: error.status, headers });
}

/** The answer to any OPTIONS, without a token and free of rates. */
export function preflightResponse(allow: string): Response {
  return new Response("{}", { headers: { ...PREFLIGHT_HEADERS, Allow: allow } });
}

function duration(from: number, to: number): number {
  return Math.max(0, to - from);
}
