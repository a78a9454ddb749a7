/** The document of each dialect, as written by the server. */
import type { Dialect } from "../../src/core/model.ts";
import { type OwnRouteNeeds, ownRoutes } from "../../src/http/routing/own-routes.ts";
import { appRoutes, type Rules } from "../../src/http/routing/routes.ts";
import { openApiDocument } from "../../src/openapi/document.ts";
import { yieldToEventLoop } from "../../src/system/yield-to-event-loop.ts";

interface MediaType {
  readonly schema: object;
  readonly examples?: Readonly<Record<string, { readonly $ref?: string; readonly value?: unknown }>>;
}

export interface Header {
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}

export interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: string;
  readonly example?: unknown;
}

export interface OperationObject {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters?: readonly ParameterObject[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

type Named<Of> = Readonly<Record<string, Of>>;

/** The parts that tests use. `at` follows references. */
export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly version: string; readonly description: string };
  readonly paths: Named<Readonly<Record<"get" | "put" | "post" | "patch" | "delete", OperationObject>>>;
  readonly components: {
    readonly schemas: Named<object>;
    readonly parameters: Named<ParameterObject>;
    readonly headers: Named<Header>;
    readonly responses: Named<ResponseObject>;
    readonly examples: Named<{ readonly summary: string; readonly value: unknown }>;
  };
}

// as: handlers are created from these rules, but none is called here
export const ROUTES = appRoutes({} as Rules);
export const OWN_ROUTES = ownRoutes({} as OwnRouteNeeds);

const written: Partial<Record<Dialect, Promise<OpenApi>>> = {};

export async function documentOf(dialect: Dialect): Promise<OpenApi> {
  const needs = { routes: ROUTES, ownRoutes: OWN_ROUTES, yieldToEventLoop: yieldToEventLoop };
  // as: the document has this form, which Redocly's rules check
  written[dialect] ??= openApiDocument(needs, dialect).then((document) => document as unknown as OpenApi);
  return await written[dialect];
}

/** Every operation, by method and path. */
export function operationsOf({ paths }: OpenApi): ReadonlyMap<string, OperationObject> {
  const operations = new Map<string, OperationObject>();
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (method !== "parameters") operations.set(`${method.toUpperCase()} ${path}`, operation);
    }
  }
  return operations;
}

/** The value itself, or the target of a reference. */
export function at<Some extends object>(document: OpenApi, place: Some | { readonly $ref: string }): Some {
  if (!("$ref" in place) || typeof place.$ref !== "string") return place as Some; // as: not a reference
  let found: unknown = document;
  for (const word of place.$ref.replace("#/", "").split("/")) found = (found as Record<string, unknown>)[word]; // as: JSON
  if (found === undefined) throw new Error(`${place.$ref} leads nowhere`);
  return found as Some; // as: a reference leads to a value of its type
}
