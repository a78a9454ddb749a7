import type { Dialect } from "../../core/model.ts";
import type { AnyRefused } from "../../http/answers/errors.ts";
import type { Family } from "../../http/answers/reply.ts";
import { type HeaderName, headerRefs, RATE_HEADERS } from "../headers.ts";
import type { Example } from "../operations/operation.ts";
import type { ErrorShape } from "../schemas.ts";
import { type ErrorExample, errorExample } from "./error-examples.ts";
import { SAMPLES, type SampleName } from "./samples.ts";

/** Name and description of each error status. The name also names the shared responses. */
export const STATUS_WORDS: Readonly<Record<number, readonly [name: string, description: string]>> = {
  400: ["BadRequest", "The request is invalid."],
  401: ["Unauthorized", "The token is missing or invalid, or does not permit this call."],
  403: ["Forbidden", "Over a limit: the size of a user's or the app's attributes, or the number of users in a batch."],
  404: ["NotFound", "The user, app or path does not exist."],
  408: ["RequestTimeout", "The body did not arrive in time."],
  409: ["Conflict", "Conflict: another call changed the attributes meanwhile. Nothing was stored."],
  412: [
    "PreconditionFailed",
    "The precondition failed: the stored version is not the one in the request. Nothing was stored.",
  ],
  413: ["ContentTooLarge", "The body is too large."],
  415: ["UnsupportedMediaType", "The body's type, coding or charset is not supported."],
  429: ["TooManyRequests", "Over the rate limit, or too many failures of the address or the account."],
  500: ["InternalServerError", "The call may have been carried out, in whole or in part: check before repeating it."],
  503: [
    "ServiceUnavailable",
    "The server is overloaded or unavailable. Nothing was or will be stored: the call can be repeated.",
  ],
};

const HEADERS: Partial<Readonly<Record<AnyRefused["code"], readonly HeaderName[]>>> = {
  user_bytes_exceeded: ["X-Quota-User-Used", "X-Quota-User-Limit"],
  precondition_failed: ["ETag", "Last-Modified"],
  body_late: ["Connection"],
  body_too_large: ["Connection"],
  rate_exceeded: ["Retry-After"],
  busy: ["Retry-After", "X-Request-Id"],
  internal: ["X-Request-Id"],
};

/** The shapes of refusals whose body has more members than others of the same family. */
const SHAPES: Partial<Readonly<Record<AnyRefused["code"], ErrorShape>>> = {
  user_bytes_exceeded: "SizeError",
  app_bytes_exceeded: "SizeError",
  precondition_failed: "VersionError",
  get_user_unknown: "UserUnknownError",
  batch_refused: "BatchError",
  route_unknown: "Error",
  internal: "Error",
  busy: "Error",
};

export type JsonObject = Readonly<Record<string, unknown>>;

export interface ErrorResponses {
  /** By status. */
  readonly responses: ReadonlyMap<number, JsonObject>;
  /** For `components.examples`. */
  readonly examples: Readonly<Record<string, Example>>;
}

/** The responses to a route's refusals. @param isCounted the call is charged to the app's rate limit */
export function errorResponses(
  names: readonly SampleName[],
  family: Family,
  dialect: Dialect,
  isCounted = true,
): ErrorResponses {
  const byStatus = new Map<number, [SampleName, ErrorExample][]>();
  for (const name of names) {
    const example = errorExample(name, familyOf(name, family), dialect);
    byStatus.set(example.status, [...(byStatus.get(example.status) ?? []), [name, example]]);
  }
  const examples: Record<string, Example> = {};
  const responses = new Map<number, JsonObject>();
  for (const [status, list] of [...byStatus].sort(([a], [b]) => a - b)) {
    const refs: Record<string, JsonObject> = {};
    for (const [name, { example }] of list) {
      const component = familyOf(name, family) === "metadata" ? name : `account.${name}`;
      examples[component] = example;
      refs[name] = { $ref: `#/components/examples/${component}` };
    }
    const shapes = [...new Set(list.map(([name]) => shapeOf(name, family)))].sort();
    const headers: HeaderName[] = [
      "Cache-Control",
      ...list.flatMap(([name]) => HEADERS[SAMPLES[name].code] ?? []),
      ...(isCounted ? RATE_HEADERS : []),
    ];
    responses.set(status, {
      description: STATUS_WORDS[status]?.[1],
      headers: headerRefs(headers),
      content: { "application/json": { schema: anyOf(shapes), examples: refs } },
    });
  }
  return { responses, examples };
}

/** A refusal before routing has the shape of metadata calls. */
function familyOf(name: SampleName, family: Family): Family {
  return name === "route_unknown" ? "metadata" : family;
}

function shapeOf(name: SampleName, family: Family): ErrorShape {
  return SHAPES[SAMPLES[name].code] ?? (family === "metadata" ? "MetadataError" : "Error");
}

function anyOf(names: readonly string[]): JsonObject {
  const refs = names.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const [only] = refs;
  return refs.length === 1 && only !== undefined ? only : { anyOf: refs };
}
