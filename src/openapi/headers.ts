/** What answers say in their headers, beside what every one of them has. */

const text = { type: "string" };
const bytes = { type: "integer", format: "int64" };

export const HEADERS = {
  ETag: {
    description: "A strong tag of this version of the attributes.",
    schema: text,
    example: '"0193a3b0-7c1e-7d5a-a7b3-5d0f6c9e2a41.7"',
  },
  "Last-Modified": {
    description: "When the attributes were last changed, in whole seconds.",
    schema: text,
    example: "Mon, 23 Nov 2026 02:23:23 GMT",
  },
  "Cache-Control": {
    description: "`private, no-cache` for what a caller may keep and asks for again each time, otherwise `no-store`.",
    required: true,
    schema: text,
    example: "private, no-cache",
  },
  Vary: {
    description: "What of the request else decides the answer.",
    required: true,
    schema: text,
    example: "Authorization",
  },
  "RateLimit-Policy": {
    description:
      "The bucket that the call counts in, `q` calls in `w` seconds (draft-ietf-httpapi-ratelimit-headers-10). Not where the app has no rates, or the call was not counted.",
    schema: text,
    example: '"set";q=100;w=1',
  },
  RateLimit: {
    description:
      "How many calls this server would answer at once, and in how many seconds there are as many as can be; at 429, when to come again.",
    schema: text,
    example: '"set";r=99;t=1',
  },
  "Retry-After": {
    description: "Whole seconds to wait.",
    required: true,
    schema: { type: "integer", minimum: 1 },
    example: 1,
  },
  "X-Quota-User-Used": { description: "Bytes that the user's attributes take.", schema: bytes, example: 50 },
  "X-Quota-User-Limit": { description: "Bytes that they may take.", schema: bytes, example: 2048 },
  "X-Request-Id": {
    description: "The operator's log has the cause under this id.",
    schema: { type: "string", format: "uuid" },
    example: "0d4c9a0e-8a3c-4c8e-9a43-6a3a2b7e0f51",
  },
  Connection: {
    description: "The server closes the connection.",
    required: true,
    schema: { const: "close" },
    example: "close",
  },
} as const;

export type HeaderName = keyof typeof HEADERS;

/** On answers of a call that was counted. */
export const RATE_HEADERS = ["RateLimit-Policy", "RateLimit"] as const satisfies readonly HeaderName[];

export function headerRefs(names: readonly HeaderName[]): Readonly<Record<string, { readonly $ref: string }>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
