/**
 * `answers/`: from a handler's reply, a refusal or a fault to the HTTP response: status, headers (ETag, Cache-Control,
 * rate limit, CORS), envelope, and backpressure of large answers. It decides no rule and reads no store.
 */

import type { StoredVersion } from "../../core/ports/attribute-store.ts";
import type { RateLimitStatus } from "../../core/rate-limit-status.ts";
import { etagOf } from "../requests/preconditions.ts";
import type { Quota, WireError } from "./wire-error.ts";

/**
 * A handler's reply: the members of a JSON object, as text, so that attributes are sent exactly as stored. `timed`
 * replies get `timestamp` and `duration` (the specification); token replies do not.
 */
export interface Reply {
  /** Undefined: not modified (304). */
  readonly members: string | undefined;
  /** Further pieces of a large answer, after `members`; undefined at the end. */
  readonly more?: (() => Promise<string | undefined>) | undefined;
  readonly timed: boolean;
  /** Of the attributes in the answer. */
  readonly version?: StoredVersion | undefined;
  /** Bytes used and allowed, of the user whose attributes were changed. */
  readonly quota?: Quota;
}

/** A reply whose body is built at the moment it is sent, in memory that the next answer reuses. */
export interface DirectReply {
  /** Returns the whole body; undefined if `otherwise` has to make the reply. */
  readonly write: (span: Span) => Uint8Array | undefined;
  readonly otherwise: () => Promise<Reply | DirectReply>;
}

/** How an answer's text is sent; see AnswerRoom. */
export interface Sending {
  /** Refuses with `busy` if there is no room. @param mayRefuse defaults to true for calls that change nothing */
  bodyOf(text: string, mayRefuse?: true): string | ReadableStream<Uint8Array>;
  stream(first: string, more: NonNullable<Reply["more"]>): ReadableStream<Uint8Array>;
}

/** A bucket holds what comes in a second (core/rates/rate-limiter.ts). */
const WINDOW_SECONDS = 1;

/** When a call arrived and when it is answered, in whole ms since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Of a route. Metadata calls have their own error shape, and clients may cache their answers if they revalidate each
 * time.
 */
export type Family = "metadata" | "account";

/** CORS: pages of any origin may read every answer, errors too, and these response headers (clients.md 10, 11). */
const HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "application/json",
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers":
    "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Quota-User-Limit, X-Quota-User-Used, X-Request-Id",
};

/** Tokens, accounts and errors must not be cached. */
const NOT_CACHED = { "Cache-Control": "no-store" };

const REVALIDATED = { "Cache-Control": "private, no-cache", Vary: "Authorization" };

const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  ...HEADERS,
  "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
  "Access-Control-Max-Age": "86400",
  Vary: "Access-Control-Request-Headers",
};

/** A metadata answer. @param data JSON text @param rest further members, with a comma before each */
export function metadataReply(data: string, rest = ""): Reply {
  return { members: `"data":${data}${rest}`, timed: true };
}

/** The reply of a call about one user's attributes, with their version. @param data JSON text */
export function versionedReply(data: string, version: StoredVersion): Reply {
  return { members: `"data":${data},"lastModified":${version.modified}`, timed: true, version };
}

/** Not modified (304): the client's copy is of this version. */
export function notModifiedReply(version: StoredVersion): Reply {
  return { members: undefined, timed: true, version };
}

/** @param fields undefined ones are omitted */
export function jsonReply(fields: Readonly<Record<string, unknown>>, timed: boolean): Reply {
  return { members: JSON.stringify(fields).slice(1, -1), timed };
}

/** @param sending without it, the answer is sent in one piece */
export function successResponse(
  reply: Reply,
  span: Span,
  family: Family,
  rateLimit: RateLimitStatus | undefined,
  sending?: Sending,
): Response {
  const { members, timed, more } = reply;
  const headers = successHeaders(reply, family, rateLimit);
  if (members === undefined) return new Response(null, { status: 304, headers });
  if (more !== undefined && sending !== undefined) {
    const [opening, closing] = timed ? timedEnds(span) : (["{", "}"] as const);
    return new Response(sending.stream(opening + members, withEnd(more, closing)), { headers });
  }
  const text = timed ? timedJson(members, span) : `{${members}}`;
  return new Response(sending?.bodyOf(text) ?? text, { headers });
}

/** A 200 of a metadata call with this body, which the response copies. */
export function directResponse(bytes: Uint8Array, family: Family, rateLimit: RateLimitStatus | undefined): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: successHeaders(NO_MEMBERS, family, rateLimit) }); // as: memory of our own
}

const NO_MEMBERS: Reply = { members: undefined, timed: true };

function withEnd(more: NonNullable<Reply["more"]>, closing: string): NonNullable<Reply["more"]> {
  let isOver = false;
  return async () => {
    const piece = isOver ? undefined : await more();
    if (piece !== undefined || isOver) return piece;
    isOver = true;
    return closing;
  };
}

/** Indexed by the set of headers that they hold. */
const reused: Headers[] = [];

/**
 * Reused for each answer, since a `Response` copies its headers: creating them from an object would cost as much as the
 * rest of the answer. Each use overwrites all headers of the previous one.
 */
function successHeaders({ version, quota }: Reply, family: Family, rateLimit: RateLimitStatus | undefined): Headers {
  const kind =
    (family === "metadata" ? 1 : 0) +
    (version === undefined ? 0 : 2) +
    (quota === undefined ? 0 : 4) +
    (rateLimit === undefined ? 0 : 8);
  reused[kind] ??= new Headers({ ...HEADERS, ...(family === "metadata" ? REVALIDATED : NOT_CACHED) });
  const headers = reused[kind];
  if (version !== undefined) setVersion(headers, version);
  if (quota !== undefined) setQuota(headers, quota);
  if (rateLimit !== undefined) setRateHeaders(headers, rateLimit);
  return headers;
}

function timedJson(members: string, { from, to }: Span): string {
  return `{"timestamp":${to},${members},"duration":${duration(from, to)}}`;
}

function timedEnds({ from, to }: Span): readonly [opening: string, closing: string] {
  return [`{"timestamp":${to},`, `,"duration":${duration(from, to)}}`];
}

/** `toUTCString` writes a date as HTTP has it (RFC 9110 § 5.6.7). */
function setVersion(headers: Headers, version: StoredVersion): void {
  headers.set("ETag", etagOf(version));
  headers.set("Last-Modified", new Date(version.modified).toUTCString());
}

/** How a call's bucket stands (draft-ietf-httpapi-ratelimit-headers-10), the policy named after the bucket. */
function setRateHeaders(headers: Headers, { bucket, ratePerSecond, remaining, resetMs }: RateLimitStatus): void {
  headers.set("RateLimit-Policy", `"${bucket}";q=${ratePerSecond};w=${WINDOW_SECONDS}`);
  headers.set("RateLimit", `"${bucket}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`);
}

function setQuota(headers: Headers, { used, limit }: Quota): void {
  headers.set("X-Quota-User-Used", String(used));
  headers.set("X-Quota-User-Limit", String(limit));
}

/** Everything in an error answer beside the error itself. */
export interface ErrorFrame {
  readonly span: Span;
  /**
   * Errors of metadata calls are the union of the old and the newer shape (docs/PROTOCOL.md § Envelopes); those of
   * other calls have no `desc`.
   */
  readonly family: Family;
  readonly rateLimit?: RateLimitStatus | undefined;
  readonly requestId?: string;
  readonly sending?: Sending | undefined;
}

export function errorResponse(error: WireError, frame: ErrorFrame): Response {
  const { span, family, rateLimit, requestId, sending } = frame;
  const headers = new Headers({ ...HEADERS, ...NOT_CACHED, ...error.headers });
  if (requestId !== undefined) headers.set("X-Request-Id", requestId);
  if (error.version !== undefined) setVersion(headers, error.version);
  if (error.quota !== undefined) setQuota(headers, error.quota);
  if (rateLimit !== undefined) setRateHeaders(headers, rateLimit);
  const text = errorJson(error, span, family);
  return new Response(sending?.bodyOf(text, true) ?? text, { status: error.status, headers });
}

/** An error's body. */
export function errorJson(error: WireError, span: Span, family: Family): string {
  const body = {
    error: error.error,
    exception: error.exception,
    timestamp: span.to,
    duration: duration(span.from, span.to),
    error_description: error.text,
    desc: family === "metadata" ? (error.desc ?? error.text) : undefined,
    hint: error.hint,
    data: error.emptyData ? {} : undefined,
    ...error.details,
  };
  const json = JSON.stringify(body);
  const { detailsJson } = error;
  return detailsJson === undefined ? json : `${json.slice(0, -1)}${detailsJson}}`;
}

/** The answer to every OPTIONS (CORS preflight). It needs no token and is not rate limited. */
export function preflightResponse(allow: string, request: Request): Response {
  const asked = request.headers.get("access-control-request-headers");
  const headers = { ...PREFLIGHT_HEADERS, Allow: allow, "Access-Control-Allow-Headers": allowedHeaders(asked) };
  return new Response("{}", { headers });
}

const ALLOWED_HEADERS = ["authorization", "content-type", "if-match", "if-none-match", "x-request-id"];
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Allows every header that a page requests, such as tracing headers: there are no cookies, so a page can do nothing
 * here that its client could not do directly. "*" would not cover `authorization`.
 */
function allowedHeaders(asked: string | null): string {
  const names = (asked ?? "").split(",").map((name) => name.trim().toLowerCase());
  return [...new Set([...ALLOWED_HEADERS, ...names.filter((name) => HEADER_NAME.test(name))])].join(", ");
}

function duration(from: number, to: number): number {
  return Math.max(0, to - from);
}
