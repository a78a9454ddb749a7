import type { Dialect } from "../../core/model.ts";
import type { Refused } from "../../core/refusals.ts";
import { etagOf } from "../requests/preconditions.ts";
import { urlOf } from "../requests/request.ts";
import { type HintContext, hintFor } from "./hints.ts";
import type { WireError } from "./wire-error.ts";
import type { WireRefused } from "./wire-refusals.ts";

/** Everything beside the refusal that an error text depends on. */
export interface ErrorContext extends HintContext {
  readonly dialect: Dialect;
  /** The request's path, without the leading slash. */
  readonly path: string;
}

export function contextOf(request: Request, dialect: Dialect, isAdmin: boolean): ErrorContext {
  const path = urlOf(request).pathname.slice(1);
  const isSet = SET_METHODS.has(request.method) && path.includes("/metadata/user/");
  return { dialect, path, isAdmin, isSet };
}

const SET_METHODS: ReadonlySet<string> = new Set(["PUT", "PATCH"]);

export type AnyRefused = Refused | WireRefused | { readonly code: "internal" };

type ErrorTable = {
  readonly [Code in AnyRefused["code"]]: (
    refused: Extract<AnyRefused, { code: Code }>,
    context: ErrorContext,
  ) => WireError;
};

/**
 * Status and texts of every refusal: 400 to 415, conflict (409), precondition failed (412), rate limit (429), busy
 * (503). `docs/PROTOCOL.md` names the source of each; a test compares the two.
 */
export const ERRORS: ErrorTable = {
  token_missing: () => unauthorized("unauthorized", "Unable to authenticate (OAuth)"),
  token_expired: () => unauthorized("unauthorized", "Unable to authenticate due to expired access token"),
  token_malformed: () => unauthorized("auth_bad_access_token", "Unable to authenticate due to corrupt access token"),
  token_unknown: () => unauthorized("auth_bad_access_token", "Unable to authenticate"),
  token_of_other_app: () => unauthorized("auth_bad_access_token", "Unable to authenticate due to corrupt access token"),
  client_id_wrong: () => invalidGrant(400, "client_id does not match"),
  client_secret_wrong: () => invalidGrant(400, "client_secret does not match"),
  password_wrong: () => invalidGrant(400, "invalid password"),
  grant_user_unknown: () => invalidGrant(404, "user not found"),
  grant_user_deactivated: () => invalidGrant(400, "user not activated"),

  not_permitted: () => unauthorized("unauthorized", "unauthorized"),
  read_not_permitted: () => unauthorized("metadata_error", "auth error"),
  registration_closed: () =>
    unauthorized("unauthorized", "Open registration doesn't allow, so register user need token"),

  set_user_unknown: () => ({ ...serviceResourceNotFound(), desc: "Not Found" }),
  get_user_unknown: () => ({ ...serviceResourceNotFound(), desc: "Not Found", emptyData: true }),
  user_bytes_exceeded: ({ bytesMax, used, attempted }, { dialect }) => ({
    ...tooLong(dialect, `size of metadata for this single user exceeds the user defined limit, ${bytesMax}Bytes`),
    details: { used, limit: bytesMax, attempted },
    ...(used === undefined ? {} : { quota: { used, limit: bytesMax } }),
  }),
  app_bytes_exceeded: ({ bytesMax, used, attempted }, { dialect }) => ({
    ...tooLong(dialect, `total size of user metadata for this app exceeds the user defined limit, ${bytesMax}Bytes`),
    details: { used, limit: bytesMax, attempted },
  }),
  set_conflict: (_, { dialect }) => {
    const desc = "update userMetadata failed, concurrent updates not allowed";
    const text = dialect === "2026" ? "Failed to operate user metadata. Concurrent operation not allowed" : desc;
    return { status: 409, error: "CONFLICT", text, desc };
  },
  precondition_failed: ({ stored, differingJson }) => ({
    status: 412,
    error: "PRECONDITION_FAILED",
    text: "the user metadata is not of the version that the request names",
    ...(stored === undefined
      ? {}
      : { version: stored, details: { lastModified: stored.modified, etag: etagOf(stored) } }),
    detailsJson: `,"current":${differingJson}`,
  }),
  batch_refused: ({ refused }, context) => {
    const [[spelling, first] = ["", undefined]] = refused;
    if (first === undefined) throw new Error("a batch was refused without a refused user");
    const { status, error, text, desc = text } = wireError(first, context);
    const whose = `nothing was stored: ${spelling}: `;
    return {
      status,
      error,
      text: whose + text,
      desc: whose + desc,
      detailsJson: `,"errors":${errorsJson(refused, context)}`,
    };
  },
  batch_too_large: ({ batchMax }, { dialect }) => {
    const text = `exceed allowed batch size ${batchMax}`;
    return dialect === "2026" ? { status: 400, error: "BAD_REQUEST", text } : { status: 403, error: "FORBIDDEN", text };
  },

  user_name_illegal: ({ name }) => illegalArgument(`username [${name}] is not legal`),
  user_name_too_long: () => illegalArgument("USERNAME_TOO_LONG"),
  user_taken: ({ name, appId }) => ({
    status: 400,
    error: "duplicate_unique_property_exists",
    text: `Application ${appId} Entity user requires that property named username be unique, value of ${name} exists`,
    exception: "org.apache.usergrid.persistence.exceptions.DuplicateUniquePropertyExistsException",
  }),
  users_too_many: ({ count, countMax }) =>
    illegalArgument(
      `Request body array size[${count}] had almost reached or been greater than the upper range value[${countMax}]`,
    ),
  user_unknown: serviceResourceNotFound,
  password_user_unknown: () => ({
    status: 404,
    error: "entity_not_found",
    text: "User null not found",
    exception: "org.apache.usergrid.persistence.exceptions.EntityNotFoundException",
  }),
  password_missing: () => illegalArgument("password or pin must provided"),
  password_too_long: () => illegalArgument("PASSWORD_TOO_LONG"),
  new_password_missing: () => illegalArgument("newpassword is required"),
  old_password_missing: () => illegalArgument("oldPassword is required"),
  nickname_too_long: () => illegalArgument("NICKNAME_TOO_LONG"),

  app_unknown: (_, { path }) => ({
    status: 404,
    error: "organization_application_not_found",
    text: `Could not find application for ${path.split("/").slice(0, 2).join("/")} from URI: ${path}`,
  }),
  argument_illegal: ({ reason }) => illegalArgument(reason),
  json_malformed: () => ({ status: 400, error: "json_parse", text: "the request body is not valid JSON" }),
  rate_exceeded: ({ retryAfterMs }) => ({
    status: 429,
    error: "reach_limit",
    text: "This request has reached api limit",
    headers: retryAfter(retryAfterMs),
  }),
  busy: ({ retryAfterMs }) => ({
    status: 503,
    error: "service_unavailable",
    text: "Service Unavailable",
    headers: retryAfter(retryAfterMs),
  }),

  route_unknown: serviceResourceNotFound,
  pages_missing: serviceResourceNotFound,
  method_not_allowed: ({ allow }) => ({
    status: 405,
    error: "method_not_allowed",
    text: "Method Not Allowed",
    headers: { Allow: allow },
  }),
  body_too_large: () => ({
    status: 413,
    error: "request_entity_too_large",
    text: "Request Entity Too Large",
    // The body may not have been read completely. Its rest must not be parsed as the next request.
    headers: { Connection: "close" },
  }),
  body_late: () => ({
    status: 408,
    error: "request_timeout",
    text: "Request Timeout",
    headers: { Connection: "close" },
  }),
  media_type_unsupported: ({ header, value }) => ({
    status: 415,
    error: "UNSUPPORTED_MEDIA_TYPE",
    text: `${header} '${value}' is not supported.`,
  }),
  internal: () => ({ status: 500, error: "INTERNAL_SERVER_ERROR", text: "internal server error" }),
};

export function wireError<Some extends AnyRefused>(refused: Some, context: ErrorContext): WireError {
  // as: the row of a code takes the refusal of that code
  const row = ERRORS[refused.code] as (refused: AnyRefused, context: ErrorContext) => WireError;
  return { ...row(refused, context), hint: hintFor(refused, context) };
}

/** The errors of a batch, as a JSON object by username as spelled in the request. */
export function errorsJson(refused: ReadonlyMap<string, Refused>, context: ErrorContext): string {
  let json = "";
  for (const [spelling, each] of refused) {
    const { status, error, text, hint, details, detailsJson = "" } = wireError(each, context);
    const whole = { status, error, error_description: text, hint, ...details };
    const members = JSON.stringify(whole).slice(0, -1) + detailsJson;
    json += `${json === "" ? "" : ","}${JSON.stringify(spelling)}:${members}}`;
  }
  return `{${json}}`;
}

/** The documents use "unauthorized" as `desc` of every 401 of a metadata call. */
function unauthorized(error: string, text: string): WireError {
  return { status: 401, error, text, desc: "unauthorized" };
}

function invalidGrant(status: number, text: string): WireError {
  return { status, error: "invalid_grant", text };
}

function illegalArgument(text: string): WireError {
  return { status: 400, error: "illegal_argument", text };
}

function tooLong(dialect: Dialect, newText: string): WireError {
  const desc = "user metadata length exceed the limit";
  return { status: 403, error: "FORBIDDEN", text: dialect === "2026" ? newText : desc, desc };
}

function serviceResourceNotFound(): WireError {
  return {
    status: 404,
    error: "service_resource_not_found",
    text: "Service resource not found",
    exception: "org.apache.usergrid.services.exceptions.ServiceResourceNotFoundException",
  };
}

function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { "Retry-After": String(Math.max(1, Math.ceil(ms / 1000))) };
}
