import type { Operation } from "./operation.ts";

/** By path of the table of the server's own. */
export const OWN_OPERATIONS: Readonly<Record<string, Operation>> = {
  "/-/health": {
    operationId: "getHealth",
    summary: "Whether the server runs",
    description: "Free of tokens and rates, by any method.",
    answer: {
      description: "It runs.",
      schema: "Health",
      examples: { alive: { summary: "It runs", value: { status: "alive" } } },
    },
    refusals: [],
  },
  "/-/ready": {
    operationId: "getReadiness",
    summary: "Whether the server can serve",
    description:
      "The store reads and could write, and the thread that answers learns what others change. Free of tokens and rates, by any method. The answer is up to a second old.",
    answer: {
      description: "It can serve.",
      schema: "Ready",
      examples: {
        ready: { summary: "It can", value: { status: "ready" } },
        troubled: {
          summary: "It can, and something is to be seen to",
          value: { status: "ready", troubles: ["log_long"] },
        },
      },
    },
    unready: {
      description: "It cannot.",
      schema: "NotReady",
      examples: { unready: { summary: "It cannot", value: { status: "the store does not answer" } } },
    },
    refusals: [],
  },
  "/-/openapi.json": {
    operationId: "getOpenApiDocument",
    summary: "This document",
    parameters: ["dialect"],
    answer: {
      description: "The document.",
      schema: "OpenApiDocument",
      headers: ["ETag", "Cache-Control", "Vary"],
      examples: { document: { summary: "Its beginning", value: { openapi: "3.1.1" } } },
    },
    mayBeUnchanged: true,
    refusals: ["no_dialect"],
  },
};
