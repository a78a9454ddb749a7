/**
 * Requests that a client might send to keep the server busy. It is not a list of known attacks but a grammar, from
 * which a search generates new ones. Requests are plain data, so that they can be sent to the thread that sends them.
 */

export const TOKENS = ["none", "made up", "other", "own", "admin"] as const;
export type TokenKind = (typeof TOKENS)[number];

export interface HostileRequest {
  readonly method: string;
  /** Below the app's prefix; `{username}` stands for the result of `username`. */
  readonly path: string;
  readonly token: TokenKind;
  readonly contentType: string;
  readonly isChunked: boolean;
  readonly body: Repetition;
  readonly isLatin1: boolean;
  readonly header: Repetition & { readonly name: string };
  readonly query: Repetition;
  readonly username: Repetition;
}

/**
 * `before`, as many of `unit` as fit into `size`, `middle`, as many of `end`, `after`. A `#` in a unit is replaced by a
 * counter.
 */
export interface Repetition {
  readonly before: string;
  readonly unit: string;
  readonly middle: string;
  readonly end: string;
  readonly after: string;
  readonly size: number;
}

/** Returns a number from 0 to below 1. */
export type Chance = () => number;

/** The same sequence for the same seed (mulberry32). */
export function chanceFrom(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function anyRequest(method: string, path: string, chance: Chance): HostileRequest {
  return {
    method,
    path,
    // Mostly a valid token.
    token: chance() < 0.7 ? pick(["own", "admin"], chance) : pick(TOKENS, chance),
    contentType: pick(CONTENT_TYPES, chance),
    isChunked: chance() < 0.1,
    body: anyBody(chance),
    isLatin1: chance() < 0.2,
    header: { name: pick(HEADERS, chance), ...(chance() < 0.7 ? NOTHING : small(HEADER_ATOMS, 12_000, chance)) },
    query: chance() < 0.7 ? NOTHING : { ...small(QUERY_ATOMS, 12_000, chance), before: pick(QUERY_NAMES, chance) },
    username: chance() < 0.9 ? { ...NOTHING, before: "ada" } : small(QUERY_ATOMS, 10_000, chance),
  };
}

/** The same request with one or two parts changed. */
export function changed(request: HostileRequest, chance: Chance): HostileRequest {
  const other = anyRequest(request.method, request.path, chance);
  const parts = [
    "token",
    "contentType",
    "isChunked",
    "body",
    "body",
    "isLatin1",
    "header",
    "query",
    "username",
  ] as const;
  const part = pick(parts, chance);
  if (part !== "body" || chance() < 0.5) return { ...request, [part]: other[part] };
  const piece = pick(["before", "unit", "middle", "end", "after", "size"] as const, chance);
  return { ...request, body: { ...request.body, [piece]: other.body[piece] } };
}

export function textOf({ before, unit, middle, end, after, size }: Repetition): string {
  const room = size - before.length - middle.length - after.length;
  const count = unit === "" ? 0 : Math.max(0, Math.floor(room / (Buffer.byteLength(unit + end) + 4 * counters(unit))));
  const units = unit.includes("#")
    ? Array.from({ length: count }, (_, index) => unit.replaceAll("#", (index + 46_656).toString(36))).join("")
    : unit.repeat(count);
  return before + units + middle + end.repeat(count) + after;
}

function counters(unit: string): number {
  return unit.split("#").length - 1;
}

const CONTENT_TYPES = ["application/x-www-form-urlencoded", "application/merge-patch+json", "text/plain"];
const HEADERS = ["if-match", "if-none-match", "x-forwarded-for", "content-type", "authorization", "x-other"];
const HEADER_ATOMS = ['"a"', ",", " ", '"', "W/", "*", "1.2.3.4", "::", "a", ";", "bearer"];
const QUERY_ATOMS = ["a", ",", "%", "%2C", "%41", "%ff", "&properties=a", "+", "=", "1", "."];
const QUERY_NAMES = ["", "properties=", "limit=", "cursor=", "limit=1&cursor="];
const FORM_ATOMS = ["a", "b", "&", "=", "+", "%", "%41", "%ff", "%e5", "é", "#", " ", "\0"];

const NAMES = ["targets", "properties", "versions", "atomic", "username", "password", "nickname", "grant_type", "ttl"];
const KEYS = ["a", "#", "ada", "", "__proto__", "u#", "\\n"];
const ATOMS = [
  "1",
  '""',
  '"ada"',
  '"#"',
  "null",
  "true",
  "[]",
  "{}",
  '{"a":1}',
  "1e9",
  '"\\u00e9"',
  '{"a":"b"}',
  "[1]",
];
const CHARACTERS = ["a", "\\n", "\\u0000", "é", "\\ud800", "1", " ", '\\"'];

const NOTHING: Repetition = { before: "", unit: "", middle: "", end: "", after: "", size: 0 };

/** The largest sizes that are read. Larger bodies are refused quickly. */
const SIZES = [1_048_576, 1_048_576, 1_048_576, 800_000, 262_144, 87_000, 16_000];

function anyBody(chance: Chance): Repetition {
  const size = pick(SIZES, chance);
  if (chance() < 0.4) return { ...small(FORM_ATOMS, size, chance), before: pick(["", "a=", "{", "%"], chance) };
  return { ...wrapped(anyJson(chance), chance), size };
}

function small(atoms: readonly string[], size: number, chance: Chance): Repetition {
  const unit = Array.from({ length: 1 + Math.floor(chance() * 3) }, () => pick(atoms, chance)).join("");
  return { ...NOTHING, unit, size: chance() < 0.5 ? size : Math.floor(size * chance()) };
}

/** A long list, object, text or number, or a deeply nested value. */
function anyJson(chance: Chance): Repetition {
  const key = `"${pick(KEYS, chance)}":`;
  const atom = pick(ATOMS, chance);
  const shapes: readonly Repetition[] = [
    { ...NOTHING, before: "[", unit: `${atom},`, after: `${atom}]` },
    { ...NOTHING, before: "{", unit: `${key}${atom},`, after: `"z":${atom}}` },
    { ...NOTHING, before: "", unit: "[", middle: "1", end: "]" },
    { ...NOTHING, before: "", unit: `{${key}`, middle: "1", end: "}" },
    { ...NOTHING, before: '"', unit: pick(CHARACTERS, chance), after: '"' },
    { ...NOTHING, before: "", unit: "1", after: "" },
    { ...NOTHING, before: "", unit: pick([" ", "\n"], chance), after: "1" },
  ];
  return pick(shapes, chance);
}

function wrapped(json: Repetition, chance: Chance): Repetition {
  const roll = chance();
  if (roll < 0.3) return json;
  const name = `"${pick(NAMES, chance)}":`;
  const [open, close] = roll < 0.8 ? [`{${name}`, "}"] : [`{"targets":{"ada":`, "}}"];
  const beside = pick(["", `,"versions":{"ada":1}`, `,"targets":["ada","u1"]`, `,"grant_type":"password"`], chance);
  return { ...json, before: open + json.before, after: `${json.after}${beside}${close}` };
}

function pick<Some>(list: readonly Some[], chance: Chance): Some {
  const picked = list[Math.floor(chance() * list.length)];
  if (picked === undefined) throw new Error("there is nothing to pick from");
  return picked;
}
