/** The headers of answers, except those that every answer has. */

const text = { type: "string" };
const bytes = { type: "integer", format: "int64" };

export const HEADERS = {
  ETag: {
    description: "The strong ETag of this version of the attributes.",
    schema: text,
    example: '"0193a3b0-7c1e-7d5a-a7b3-5d0f6c9e2a41.7"',
  },
  "Last-Modified": {
    description: "When the attributes were last changed, in whole seconds.",
    schema: text,
    example: "Mon, 23 Nov 2026 02:23:23 GMT",
  },
  "Cache-Control": {
    description:
      "`private, no-cache` for answers that the client may cache and must revalidate on each use; otherwise `no-store`.",
    required: true,
    schema: text,
    example: "private, no-cache",
  },
  Vary: {
    description: "Request headers that the answer depends on.",
    required: true,
    schema: text,
    example: "Authorization",
  },
  "RateLimit-Policy": {
    description:
      "The call's bucket: `q` calls in `w` seconds (draft-ietf-httpapi-ratelimit-headers-10). Absent if the app has no rate limit, or the call was not counted.",
    schema: text,
    example: '"set";q=100;w=1',
  },
  RateLimit: {
    description:
      "`r`: the number of calls that this server would accept now. `t`: seconds until the bucket is full again or, at 429, until the next call is accepted.",
    schema: text,
    example: '"set";r=99;t=1',
  },
  "Retry-After": {
    description: "Whole seconds to wait before retrying.",
    required: true,
    schema: { type: "integer", minimum: 1 },
    example: 1,
  },
  "X-Quota-User-Used": { description: "Size of the user's attributes in bytes.", schema: bytes, example: 50 },
  "X-Quota-User-Limit": { description: "Size limit of the user's attributes in bytes.", schema: bytes, example: 2048 },
  "X-Request-Id": {
    description: "The server's log names the cause under this id.",
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

/** On answers of rate-limited calls. */
export const RATE_HEADERS = ["RateLimit-Policy", "RateLimit"] as const satisfies readonly HeaderName[];

export function headerRefs(names: readonly HeaderName[]): Readonly<Record<string, { readonly $ref: string }>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
