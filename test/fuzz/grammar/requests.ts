import fc from "fast-check";
import { CALLS, type FuzzCall, nameOf, OTHER_CALLS } from "../calls.ts";
import { anyBody, BODIES } from "./bodies.ts";
import { BEARERS, type Bearer, type Body, type Framing, type Header, type RequestStep } from "./step.ts";
import { naughty, odd, text, USERS, username, word } from "./texts.ts";

const bearer: fc.Arbitrary<Bearer> = fc.oneof(
  { weight: 24, arbitrary: fc.constant({ of: "admin" as const, form: "Bearer $" }) },
  { weight: 6, arbitrary: fc.constantFrom("ada" as const, "bob" as const).map((of) => ({ of, form: "Bearer $" })) },
  { weight: 3, arbitrary: fc.constantFrom(...BEARERS).map((of) => ({ of, form: "Bearer $" })) },
  {
    weight: 1,
    arbitrary: fc.record({
      of: fc.constantFrom(...BEARERS),
      form: fc.constantFrom(
        "Bearer $",
        "bearer   $ ",
        "BEARER $",
        "$",
        "Basic $BASIC$",
        "Bearer ",
        "Bearer",
        "",
        "Bearer $ $",
        "Digest $",
      ),
      flipped: fc.option(fc.nat(400), { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("", "Bearer ", "Basic ", "007", "YWMt", "Bearer eyJ"), fc.oneof(naughty, odd))
      .map(([before, word]) => ({ of: "none" as const, form: before + word })),
  },
);

const tags = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom("$ETAG$", "$ETAG$", "$STALE$", "*", "W/$ETAG$", '"x", $ETAG$', "$STALE$,$STALE$"),
  },
  { weight: 1, arbitrary: fc.constantFrom('"', '""', "x", "W/", '"a" "b"', ",", "* ,*", '"a,b"', '"\u00e9"') },
  { weight: 1, arbitrary: naughty },
);

const ADDRESSES = [
  "203.0.113.51:20000",
  "[2001:db8::1]:443",
  "::FFFF:203.0.113.5",
  "unknown",
  "",
  ",",
  "1.2.3.4, 127.0.0.1",
  "fe80::1%eth0",
  "64:ff9b::1.2.3.4",
  "9".repeat(300),
];

const headerOf = (name: string, values: fc.Arbitrary<string>): fc.Arbitrary<Header> =>
  values.map((value) => ({ name, value }));
const CONDITIONS = ["If-Match", "If-None-Match", "if-match", "IF-NONE-MATCH"];
const condition = fc.constantFrom(...CONDITIONS).chain((name) => headerOf(name, tags));

const odds = fc.oneof(
  headerOf("X-Forwarded-For", fc.oneof(fc.constantFrom(...ADDRESSES), naughty)),
  headerOf("Content-Encoding", fc.constantFrom("gzip", "identity", "br", "", "deflate, gzip")),
  headerOf("Host", fc.constantFrom("[", "a b", "localhost:99999", "", "a/b?c", "%zz", "user@host")),
  headerOf("Origin", fc.constantFrom("null", "https://x.example")),
  headerOf("Access-Control-Request-Headers", fc.oneof(fc.constantFrom("traceparent", "a,b", "é", "a b"), naughty)),
  headerOf("Access-Control-Request-Method", fc.constantFrom("PUT", "FOO")),
  headerOf("If-Unmodified-Since", fc.constantFrom("Mon, 30 Nov 2026 10:00:00 GMT", "x")),
  headerOf("If-Modified-Since", fc.constantFrom("Mon, 30 Nov 2026 10:00:00 GMT", "x")),
  headerOf("Accept", fc.constantFrom("text/html", "*/*;q=0", "")),
  headerOf("Accept-Encoding", fc.constantFrom("gzip", "*", "identity;q=0")),
  headerOf("Range", fc.constantFrom("bytes=0-1", "bytes=x")),
  headerOf("Cookie", naughty),
  headerOf("X-Request-Id", naughty),
  headerOf("X-HTTP-Method-Override", fc.constantFrom("DELETE", "PUT")),
  headerOf("Content-Type", naughty),
  headerOf("Authorization", naughty),
  headerOf("Transfer", naughty),
);

const headers: fc.Arbitrary<readonly Header[]> = fc.oneof(
  { weight: 7, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: condition.map((each) => [each]) },
  { weight: 1, arbitrary: fc.array(fc.oneof(condition, odds), { minLength: 1, maxLength: 3 }) },
);

const encoded = (words: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  words.map((word) => encodeURIComponent(word.toWellFormed()));
const properties = fc
  .array(encoded(text), { minLength: 1, maxLength: 3 })
  .map((keys) => `?properties=${keys.join(",")}`);
const paging = fc
  .tuple(
    fc.constantFrom("1", "2", "100", "0", "-1", "101", "1e9", "9".repeat(30), "x", ""),
    fc.constantFrom("", "&cursor=$CURSOR$", "&cursor=x", "&cursor="),
  )
  .map(([limit, cursor]) => `?limit=${limit}${cursor}`);
const query: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: properties },
  { weight: 2, arbitrary: paging },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "?",
      "?properties",
      "?properties=",
      "?properties=a,,b",
      "?properties=%ff%zz&properties=b",
      "?a[]=1&a=2",
      "?%",
      `?${"a=b&".repeat(2000)}`,
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("properties", "limit", "cursor", "x"), encoded(naughty))
      .map(([name, word]) => `?${name}=${word}`),
  },
);

const framing = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Framing>("length") },
  { weight: 2, arbitrary: fc.constant<Framing>("chunked") },
  { weight: 1, arbitrary: fc.constantFrom<Framing>("bytes in chunks", "late", "expected") },
);

function bodyOf(call: FuzzCall): fc.Arbitrary<Body | undefined> {
  const own = call.route ? BODIES[nameOf(call.route)] : undefined;
  const none = fc.constant(undefined);
  if (own === undefined) return fc.oneof({ weight: 8, arbitrary: none }, { weight: 1, arbitrary: anyBody });
  return fc.oneof({ weight: 12, arbitrary: own }, { weight: 1, arbitrary: anyBody }, { weight: 1, arbitrary: none });
}

function requestOf(call: FuzzCall): fc.Arbitrary<RequestStep> {
  return fc.record({
    kind: fc.constant("request" as const),
    call: fc.constant(call),
    app: fc.oneof(
      { weight: 6, arbitrary: fc.constant("narrow" as const) },
      { weight: 6, arbitrary: fc.constant("wide" as const) },
      { weight: 1, arbitrary: fc.constant("rated" as const) },
    ),
    prefix: fc.oneof(
      { weight: 12, arbitrary: fc.constant("key" as const) },
      { weight: 4, arbitrary: fc.constant("id" as const) },
      { weight: 1, arbitrary: fc.constantFrom("capitals" as const, "percent" as const, "unknown" as const) },
    ),
    username,
    word,
    spelling: fc.oneof(
      { weight: 8, arbitrary: fc.constant("plain" as const) },
      { weight: 1, arbitrary: fc.constantFrom("percent" as const, "raw" as const, "capitals" as const) },
    ),
    tail: fc.oneof(
      { weight: 40, arbitrary: fc.constant("") },
      { weight: 1, arbitrary: fc.constantFrom("/", "//", "/x", "%2f", "/..", ";a=b", "#f") },
    ),
    query,
    bearer,
    body: bodyOf(call),
    framing,
    headers,
  });
}

const usual = CALLS.filter(({ route }) => route !== undefined && route?.isCompanion !== true);
const companion = CALLS.filter(({ route }) => route?.isCompanion === true);
/** Removing all users often would leave little for the other calls. */
const rarely = (call: FuzzCall): boolean => call.method === "DELETE" && call.path.startsWith("/users");
const isMetadata = ({ route, method }: FuzzCall): boolean => route?.family === "metadata" && method !== "HEAD";

/** Users whose name is a literal word of a path are rare. */
const oneOfCalls = (calls: readonly FuzzCall[]): fc.Arbitrary<RequestStep> =>
  fc.oneof(...calls.map((call) => ({ weight: call.username === undefined ? 12 : 1, arbitrary: requestOf(call) })));

const companionCall: fc.Arbitrary<RequestStep> = oneOfCalls(companion);
/**
 * Companion calls succeed only for the user named in the path; chance would rarely put the same user in both places.
 */
const ownCompanionCall: fc.Arbitrary<RequestStep> = fc
  .tuple(companionCall, fc.constantFrom("ada" as const, "bob" as const))
  .map(([step, user]) => ({ ...step, username: user, bearer: { of: user, form: "Bearer $" } }));

export const request: fc.Arbitrary<RequestStep> = fc.oneof(
  { weight: 48, arbitrary: oneOfCalls(usual.filter((call) => !rarely(call))) },
  { weight: 40, arbitrary: oneOfCalls(usual.filter(isMetadata)) },
  { weight: 1, arbitrary: oneOfCalls(usual.filter(rarely)) },
  { weight: 2, arbitrary: companionCall },
  { weight: 8, arbitrary: ownCompanionCall },
  { weight: 3, arbitrary: oneOfCalls(CALLS.filter(({ route }) => route === undefined)) },
  { weight: 3, arbitrary: oneOfCalls(OTHER_CALLS) },
);

/** Concurrent writes of one user, by callers with permission. */
const meeting: fc.Arbitrary<RequestStep> = fc
  .tuple(
    oneOfCalls(usual.filter((call) => isMetadata(call) && call.method !== "GET")),
    fc.constantFrom(...USERS),
    fc.constantFrom("narrow" as const, "wide" as const),
  )
  .map(([step, user, app]) => ({
    ...step,
    app,
    username: user,
    prefix: "key",
    spelling: "plain",
    tail: "",
    framing: "length",
    bearer: { of: "admin", form: "Bearer $" },
  }));

export const together: fc.Arbitrary<readonly RequestStep[]> = fc.array(meeting, { minLength: 2, maxLength: 5 });
