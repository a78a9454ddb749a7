/** The result of a set for any form, through the real port, against an independent decoder and merge. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { signIn } from "../../harness/client.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const RUNS = 150;

/** Well-formed text, with special characters of forms, JSON and UTF-8 more often than by chance. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom("a", "1", "%", "+", "&", "=", ";", " ", "?", "#", '"', "\\", "\0", "é", "好", "😀", "\ufeff"),
  }),
  fc.constantFrom("__proto__", "constructor", "10", "9", "null", "{}", "%zz", "%e5%a5", "%F0%9F%98%80", "%00"),
);

/** A form's pair, percent-encoded, or with raw parts as careless clients send them. */
const pair = fc
  .tuple(text, text, fc.constantFrom("encoded", "plus", "raw"), fc.boolean())
  .map(([key, value, style, bare]) => (bare ? encode(key, style) : `${encode(key, style)}=${encode(value, style)}`));

const forms = fc.array(
  fc.array(pair, { maxLength: 5 }).map((pairs) => pairs.join("&")),
  { minLength: 1, maxLength: 5 },
);

function encode(part: string, style: "encoded" | "plus" | "raw"): string {
  if (style === "raw") return part;
  return style === "encoded" ? encodeURIComponent(part) : encodeURIComponent(part).replaceAll("%20", "+");
}

/** The pairs of a form: undefined when one of them has no key, or there is none. */
function decodeForm(body: string): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const part of body.split("&")) {
    if (part === "") continue;
    const at = part.indexOf("=");
    const key = decodePart(at < 0 ? part : part.slice(0, at));
    if (key === "") return undefined;
    pairs.set(key, at < 0 ? "" : decodePart(part.slice(at + 1)));
  }
  return pairs.size === 0 ? undefined : pairs;
}

function decodePart(part: string): string {
  const bytes = new TextEncoder().encode(part.replaceAll("+", " "));
  const decoded: number[] = [];
  for (let index = 0; index < bytes.length; index++) {
    const hex = String.fromCharCode(...bytes.slice(index + 1, index + 3));
    const isEscape = bytes[index] === 0x25 && /^[0-9a-f]{2}$/i.test(hex);
    decoded.push(isEscape ? Number.parseInt(hex, 16) : (bytes[index] ?? 0));
    if (isEscape) index += 2;
  }
  return Buffer.from(decoded).toString("utf8");
}

function bytesOf(attributes: ReadonlyMap<string, string>): number {
  return Buffer.byteLength([...attributes].flat().join(""));
}

/** An object, a list or a quoted text, and no bare word or number. */
const isJson = (body: string): boolean => {
  try {
    return /^[ \t\r\n]*[{["]/.test(body) && JSON.parse(body) !== undefined;
  } catch {
    return false;
  }
};

test("any sequence of forms leaves exactly what an independent model leaves, and as many bytes", async () => {
  await using service = await startTestService({ app: { userBytesMax: 100 } });
  const admin = await signIn(service);
  const headers = [
    ["Authorization", `Bearer ${admin.token}`],
    ["Content-Type", "application/x-www-form-urlencoded"],
  ] as const;
  await using connection = await connectRaw(service.origin);
  let users = 0;
  let bytesBefore = 0;

  await fc.assert(
    fc.asyncProperty(forms, async (bodies) => {
      const name = `user${users++}`;
      await admin.newUser(name);
      let stored = new Map<string, string>();
      for (const sent of bodies) {
        // One byte order mark declares the encoding, and is not part of the text.
        const body = sent.replace(/^\ufeff/, "");
        const answer = await connection.call("PUT", `/org/app/metadata/user/${name}`, { headers, body: sent });
        const changes = decodeForm(body);
        if (isJson(body)) {
          expect(answer.status).toBe(415);
          continue;
        }
        if (changes === undefined) {
          expect(answer.status).toBe(400);
          continue;
        }
        const merged = new Map([...stored, ...changes].filter(([, value]) => value !== ""));
        for (const [key, value] of changes) if (value === "") merged.delete(key);
        if (bytesOf(merged) > 100 && bytesOf(merged) > bytesOf(stored)) {
          expect(answer.status).toBe(403);
          continue;
        }
        stored = merged;
        expect(answer.status).toBe(200);
        expect(asMap(answer.body.data)).toEqual(sorted(stored));
      }
      expect(asMap((await admin.get(name)).body.data)).toEqual(sorted(stored));
      const bytes = await admin.capacity();
      expect(bytes - bytesBefore).toBe(bytesOf(stored));
      bytesBefore = bytes;
    }),
    { numRuns: RUNS },
  );
  expect(service.faults).toEqual([]);
}, 30_000);

test("any text that a client encodes comes back unchanged", async () => {
  await using service = await startTestService({ app: { userBytesMax: 10_000 } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  await fc.assert(
    fc.asyncProperty(
      text.filter((key) => key !== ""),
      text.filter((value) => value !== ""),
      async (key, value) => {
        const answer = await admin.set("ada", `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
        expect(Object.getOwnPropertyDescriptor(answer.body.data, key)?.value).toBe(value);
        const removed = await admin.set("ada", `${encodeURIComponent(key)}=`);
        expect(removed.body.data).toEqual({});
        expect(await admin.capacity()).toBe(0);
      },
    ),
    { numRuns: RUNS },
  );
}, 30_000);

function asMap(data: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return sorted(new Map(Object.entries(data)));
}

function sorted(attributes: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
}
