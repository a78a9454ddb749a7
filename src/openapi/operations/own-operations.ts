import type { Operation } from "./operation.ts";

/** Keyed by path of the table of the server's own routes. */
export const OWN_OPERATIONS: Readonly<Record<string, Operation>> = {
  "/-/health": {
    operationId: "getHealth",
    summary: "Check that the server is alive",
    description: "Needs no token and is not rate limited. Accepts any method.",
    answer: {
      description: "The server is alive.",
      schema: "Health",
      examples: { alive: { summary: "Alive", value: { status: "alive" } } },
    },
    refusals: [],
  },
  "/-/ready": {
    operationId: "getReadiness",
    summary: "Check that the server is ready",
    description:
      "Ready means that the store can be read and written, and that the answering thread follows changes by other threads and servers. Needs no token and is not rate limited. Accepts any method. The answer is up to a second old.",
    answer: {
      description: "The server is ready.",
      schema: "Ready",
      examples: {
        ready: { summary: "Ready", value: { status: "ready" } },
        troubled: {
          summary: "Ready, but the operator should act",
          value: { status: "ready", troubles: ["log_long"] },
        },
      },
    },
    unready: {
      description: "The server is not ready.",
      schema: "NotReady",
      examples: { unready: { summary: "Not ready", value: { status: "the store does not answer" } } },
    },
    refusals: [],
  },
  "/-/openapi.json": {
    operationId: "getOpenApiDocument",
    summary: "Get this document",
    parameters: ["dialect"],
    answer: {
      description: "The OpenAPI document.",
      schema: "OpenApiDocument",
      headers: ["ETag", "Cache-Control", "Vary"],
      examples: { document: { summary: "Its beginning", value: { openapi: "3.1.1" } } },
    },
    mayBeUnchanged: true,
    refusals: ["no_dialect"],
  },
};
