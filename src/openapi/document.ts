/**
 * `src/openapi`: writes the API's document (OpenAPI 3.1) from the route tables, the shapes that check bodies, the table
 * of refusals, and the texts in `operations/`. It must not serve anything: it knows no socket and no store.
 */
import type { Dialect } from "../core/model.ts";
import type { YieldToEventLoop } from "../core/ports/system/yield-to-event-loop.ts";
import type { Route } from "../http/call.ts";
import type { OwnRoute } from "../http/routing/own-route.ts";
import { INFO, TAGS } from "./about.ts";
import type { JsonObject } from "./errors/error-responses.ts";
import { HEADERS } from "./headers.ts";
import { appOperation, ownOperation, type WrittenOperation } from "./operations/operation-object.ts";
import { operationOf, ownOperationOf } from "./operations/operations.ts";
import { PARAMETERS, parameterRefs, pathParameters } from "./parameters.ts";
import { type JsonSchema, schemasOf } from "./schemas.ts";
import { shareResponses } from "./shared-responses.ts";

export interface DocumentNeeds {
  /** Building the document takes about 50 ms in total. It yields to the event loop every few ms. */
  readonly yieldToEventLoop: YieldToEventLoop;
  readonly routes: readonly Route[];
  readonly ownRoutes: readonly Pick<OwnRoute, "path" | "isPage">[];
}

const PREFIX = "/{org}/{app}";

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: WrittenOperation;
}

/** Rejects for a route without a row in `operations/`. */
export async function openApiDocument(needs: DocumentNeeds, dialect: Dialect): Promise<JsonObject> {
  const { yieldToEventLoop } = needs;
  const schemas: Record<string, JsonSchema> = {};
  for (const some of schemasOf(dialect)) {
    Object.assign(schemas, some);
    await yieldToEventLoop();
  }
  const entries: Entry[] = [];
  for (const entry of entriesOf(needs, dialect)) {
    entries.push(entry);
    await yieldToEventLoop();
  }
  const responses = shareResponses(entries.map(({ operation }) => operation.object));
  return {
    openapi: "3.1.1",
    info: { ...INFO, summary: `User attributes of chat apps, as apps of dialect ${dialect} answer` },
    servers: [{ url: "/", description: "This server." }],
    tags: TAGS,
    security: [{ bearer: [] }],
    paths: pathsOf(entries),
    components: {
      schemas,
      parameters: PARAMETERS,
      headers: HEADERS,
      responses,
      examples: Object.assign({}, ...entries.map(({ operation }) => operation.examples)),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", description: "A token of the app, from `POST /token`." },
  client: { type: "http", scheme: "basic", description: "The app's client id and client secret." },
};

function* entriesOf({ routes, ownRoutes }: DocumentNeeds, dialect: Dialect): Iterable<Entry> {
  for (const route of routes) {
    const operation = appOperation(route, operationOf(route), dialect);
    yield { path: PREFIX + route.path, method: route.method.toLowerCase(), operation };
  }
  for (const { path, isPage } of ownRoutes) {
    if (isPage !== true) yield { path, method: "get", operation: ownOperation(ownOperationOf(path), dialect) };
  }
}

function pathsOf(entries: readonly Entry[]): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, operation } of entries) {
    const parameters = pathParameters(path);
    paths[path] ??= parameters.length === 0 ? {} : { parameters: parameterRefs(parameters) };
    paths[path][method] = operation.object;
  }
  return paths;
}
