/**
 * The smallest server on this runtime with usermeta's answers, for the benchmark to compare with:
 * `bare-server.ts STORE PORT`. It is the honest limit of the runtime: `Bun.serve` with the same routes, headers and
 * bodies, and nothing else. It verifies no token, reads no request header, has no store, and knows no other calls, errors,
 * properties or versions. All that an answer is made of is ready in memory before the first request. What usermeta needs
 * beyond this is its own cost. Only a server that avoids `request.json()` can be a little faster, at batches.
 */
import { readDocuments, type StoredDocument } from "../data/documents.ts";
import { BATCH } from "./usermeta-requests.ts";

interface ReadyUser {
  readonly json: string;
  readonly modified: number;
  readonly etag: string;
  readonly lastModified: string;
  /** `,"name":{…}` and `,"name":modified`: members of the two objects of a batch. */
  readonly data: Uint8Array;
  readonly time: Uint8Array;
  /** The last batch that named the user: one that is named twice is answered once. */
  batch: number;
}

const HEADERS = {
  "Content-Type": "application/json",
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers":
    "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Quota-User-Limit, X-Quota-User-Used, X-Request-Id",
  "Cache-Control": "private, no-cache",
  Vary: "Authorization",
};
const OPENING_BRACE = 0x7b;
/** For all of a batch's answer except the users. */
const FRAME_BYTES = 256;

const [, , store = "", port] = process.argv;
const users = new Map(readDocuments(store).map((document) => [document.name, readyUser(document)]));
const largest = Math.max(...[...users.values()].map(({ data, time }) => data.length + time.length));
/** `Response` copies its bytes and its headers, so that both are reused for each answer: creating them takes longer. */
const buffer = Buffer.alloc(BATCH * largest + FRAME_BYTES);
const getHeaders = new Headers(HEADERS);
const batchHeaders = new Headers(HEADERS);
const found: ReadyUser[] = [];
let batches = 0;

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  development: false,
  routes: {
    "/:org/:app/metadata/user/:username": { GET: get },
    "/:org/:app/metadata/user/get": { POST: getMany },
  },
});

function get({ params }: Bun.BunRequest<"/:org/:app/metadata/user/:username">): Response {
  const from = Date.now();
  const user = users.get(params.username);
  if (user === undefined) return new Response(null, { status: 404 });
  getHeaders.set("ETag", user.etag);
  getHeaders.set("Last-Modified", user.lastModified);
  const to = Date.now();
  return new Response(
    `{"timestamp":${to},"data":${user.json},"lastModified":${user.modified},"duration":${to - from}}`,
    { headers: getHeaders },
  );
}

async function getMany(request: Request): Promise<Response> {
  const from = Date.now();
  const { targets } = (await request.json()) as { targets: readonly string[] }; // as: the benchmark's own requests
  const to = Date.now();
  batches += 1;
  let count = 0;
  for (const name of targets) {
    const user = users.get(name);
    if (user === undefined || user.batch === batches) continue;
    user.batch = batches;
    found[count++] = user;
  }
  let end = writeText(`{"timestamp":${to},"data":`, 0);
  const data = end;
  for (let index = 0; index < count; index++) end = writeBytes(found[index]?.data, end);
  end = closeObject(data, end);
  end = writeText(`,"lastModified":`, end);
  const times = end;
  for (let index = 0; index < count; index++) end = writeBytes(found[index]?.time, end);
  end = closeObject(times, end);
  end = writeText(`,"duration":${to - from}}`, end);
  return new Response(buffer.subarray(0, end), { headers: batchHeaders });
}

/** Returns the position after it. */
function writeText(text: string, at: number): number {
  return at + buffer.write(text, at, "latin1");
}

/** Returns the position after them. */
function writeBytes(bytes: Uint8Array | undefined, at: number): number {
  if (bytes === undefined) return at;
  buffer.set(bytes, at);
  return at + bytes.length;
}

/** Replaces the comma before the first member by a brace, and returns the position after the other brace. */
function closeObject(start: number, end: number): number {
  if (start === end) return writeText("{}", end);
  buffer[start] = OPENING_BRACE;
  return writeText("}", end);
}

function readyUser({ name, json, userId, version, modified }: StoredDocument): ReadyUser {
  return {
    json,
    modified,
    etag: `"${userId}.${version}"`,
    lastModified: new Date(modified).toUTCString(),
    data: Buffer.from(`,"${name}":${json}`),
    time: Buffer.from(`,"${name}":${modified}`),
    batch: 0,
  };
}
