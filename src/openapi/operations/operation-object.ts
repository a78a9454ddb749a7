import type { Dialect } from "../../core/model.ts";
import type { Route } from "../../http/call.ts";
import { tagOf } from "../about.ts";
import { type ErrorResponses, errorResponses, type JsonObject } from "../errors/error-responses.ts";
import { refusalsOf } from "../errors/refusals-of-route.ts";
import { type HeaderName, headerRefs, RATE_HEADERS } from "../headers.ts";
import { parameterRefs } from "../parameters.ts";
import type { WithResponses } from "../shared-responses.ts";
import type { Example, Operation } from "./operation.ts";

/** An operation in the form of the document. */
export interface WrittenOperation {
  readonly object: WithResponses & JsonObject;
  /** For `components.examples`. */
  readonly examples: Readonly<Record<string, Example>>;
}

/**
 * Any request may be refused with 431. Listed only on calls without other refusals, and in the document's description:
 * an error without a body on every call would complicate each answer's type in generated clients.
 */
const HEAD_TOO_LARGE = {
  description: "The request line and the headers are over 16 KiB. Answered by the runtime, without a body.",
};

export function appOperation(route: Route, operation: Operation, dialect: Dialect): WrittenOperation {
  const kept: readonly HeaderName[] = route.family === "metadata" ? ["Cache-Control", "Vary"] : ["Cache-Control"];
  const errors = errorResponses(refusalsOf(route, operation, dialect), route.family, dialect);
  return written(operation, errors, [...kept, ...RATE_HEADERS], {
    tags: [tagOf(route)],
    security: securityOf(route),
  });
}

/** For the server's own paths, which need no token and are not rate limited. */
export function ownOperation(operation: Operation, dialect: Dialect): WrittenOperation {
  const errors = errorResponses(operation.refusals, "metadata", dialect, false);
  if (operation.unready !== undefined) {
    const { schema, ...answer } = operation.unready;
    const response = {
      description: answer.description,
      headers: headerRefs(["Retry-After"]),
      content: json(schema, answer.examples),
    };
    return written(operation, { ...errors, responses: new Map([...errors.responses, [503, response]]) }, [], OWN);
  }
  return written(operation, errors, [], OWN);
}

const OWN = { tags: ["Server"], security: [] };

function written(
  operation: Operation,
  errors: ErrorResponses,
  headers: readonly HeaderName[],
  kind: { readonly tags: readonly string[]; readonly security: readonly JsonObject[] },
): WrittenOperation {
  const { operationId, summary, description, parameters, body, answer, mayBeUnchanged } = operation;
  const all = headerRefs([...(answer.headers ?? []), ...headers]);
  const responses: Record<string, JsonObject> = {
    200: { description: answer.description, headers: all, content: json(answer.schema, answer.examples) },
    ...(mayBeUnchanged && { 304: { description: "Not modified: the client has this version.", headers: all } }),
    ...Object.fromEntries(errors.responses),
    ...(!takesTokens(kind) && { 431: HEAD_TOO_LARGE }),
  };
  const object = {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    ...kind,
    ...(parameters !== undefined && { parameters: parameterRefs(parameters) }),
    ...(body !== undefined && {
      requestBody: { required: body.isOptional !== true, content: contentOf(body.content) },
    }),
    responses,
  };
  return { object, examples: errors.examples };
}

function takesTokens({ security }: { readonly security: readonly JsonObject[] }): boolean {
  return security.length > 0;
}

type Contents = NonNullable<Operation["body"]>["content"];

function contentOf(contents: Contents): JsonObject {
  return Object.fromEntries(
    Object.entries(contents).map(([type, { schema, examples }]) => [type, { schema: refTo(schema), examples }]),
  );
}

function json(schema: string, examples: Readonly<Record<string, Example>>): JsonObject {
  return { "application/json": { schema: refTo(schema), examples } };
}

function refTo(schema: string): JsonObject {
  return { $ref: `#/components/schemas/${schema}` };
}

/** Includes `{}` if the call also works without a token. */
function securityOf({ bearer, path }: Route): readonly JsonObject[] {
  if (bearer === "needed") return [{ bearer: [] }];
  return [{}, { bearer: [] }, ...(path === "/token" ? [{ client: [] }] : [])];
}
