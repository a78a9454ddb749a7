import { expect, test } from "bun:test";
import { USER_BYTES_CEILING } from "../../../src/core/limits.ts";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const FORM = "application/x-www-form-urlencoded";
const MERGE_PATCH = "application/merge-patch+json";

/** A label of each encoding of the Encoding Standard in which `=` is one byte, and some other labels of them. */
const LABELS = [
  ...["utf-8", "UTF8", "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7"],
  ...[
    "iso-8859-8",
    "iso-8859-8-i",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "koi8-r",
  ],
  ...["koi8-u", "macintosh", "windows-874", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "GBK"],
  ...["windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "x-mac-cyrillic", "gb18030"],
  ...[
    "big5",
    "euc-jp",
    "shift_jis",
    "euc-kr",
    "x-user-defined",
    "ISO-8859-1",
    "latin1",
    "us-ascii",
    "GB2312",
    "Shift-JIS",
  ],
];

/** A word in each. */
const BYTES = Buffer.from("c4e3bac3b1f1", "hex");
const ESCAPED = "%C4%E3%ba%c3%b1%f1";

function wordIn(label: string): string {
  return new TextDecoder(label as Bun.Encoding).decode(BYTES); // as: the type lists three of the names that it takes
}

const bytesOf = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));

async function start() {
  const service = await startTestService({ app: { userBytesMax: USER_BYTES_CEILING, ratePerSecond: 0 } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const ask = (method: string, path: string, type: string, body: Bun.BodyInit): Promise<Answer> =>
    send(method, `${service.base}${path}`, { token: admin.token, headers: { "content-type": type }, body });
  const put = (type: string, body: Bun.BodyInit) => ask("PUT", "/metadata/user/ada", type, body);
  return { service, admin, ask, put, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

test("a form is decoded from every charset that the runtime knows, raw and percent-encoded", async () => {
  await using started = await start();
  for (const label of LABELS) {
    const word = wordIn(label);
    const type = `${FORM}; charset=${label}`;
    const answer = await started.put(
      type,
      bytesOf("raw=", BYTES, `&escaped=${ESCAPED}&marks=%26%3D%2B%25+%&`, BYTES, "=1"),
    );
    const data = { raw: word, escaped: word, marks: "&=+% %", [word]: "1" };
    expect([label, answer.status, answer.body.data]).toEqual([label, 200, data]);
    const removed = await started.put(type, bytesOf(`raw&escaped&marks&${ESCAPED}`));
    expect([label, removed.body.data]).toEqual([label, {}]);
  }
});

test("JSON is decoded from every charset that the runtime knows", async () => {
  await using started = await start();
  for (const label of LABELS) {
    const word = wordIn(label);
    const patched = await started.ask(
      "PATCH",
      "/metadata/user/ada",
      `${MERGE_PATCH}; charset=${label}`,
      bytesOf('{"a":"', BYTES, '","n":1.10}'),
    );
    expect([label, patched.body.data]).toEqual([label, { a: word, n: "1.10" }]);
  }
});

const encodings = [
  ["utf-16", (text: string) => Buffer.from(text, "utf16le")],
  ["UTF-16LE", (text: string) => Buffer.from(text, "utf16le")],
  ["utf-16be", (text: string) => Buffer.from(text, "utf16le").swap16()],
  ["utf-16", (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
  ["utf-16", (text: string) => Buffer.from(`\ufeff${text}`, "utf16le")],
  ["utf-16be", (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
  ["utf-8", (text: string) => Buffer.from(`\ufeff${text}`)],
] as const;

test("UTF-16 in both orders, and a byte order mark before a form or JSON", async () => {
  await using started = await start();
  for (const [label, encode] of encodings) {
    for (const space of ["", " ".repeat(140_000)]) {
      const form = `nickname=你好😀&sign=%E4%BD%A0+%26&pad=${space}`;
      const set = await started.put(`${FORM}; charset=${label}`, encode(form));
      expect([label, set.status, set.body.data.nickname, set.body.data.sign]).toEqual([label, 200, "你好😀", "你 &"]);
      const json = `{"nickname":"好😀","sign":null,"pad":null}${space}`;
      const patched = await started.ask("PATCH", "/metadata/user/ada", `${MERGE_PATCH};charset=${label}`, encode(json));
      expect([label, patched.body.data]).toEqual([label, { nickname: "好😀" }]);
      const many = await started.ask(
        "POST",
        "/metadata/user/get",
        `application/json; charset=${label}`,
        encode(`{"targets":["ada"]}${space}`),
      );
      expect([label, many.body.data]).toEqual([label, { ada: { nickname: "好😀" } }]);
    }
    const refused = await started.put(`${FORM}; charset=${label}`, encode(' {"nickname":"好"}'));
    expect([label, refused.status]).toEqual([label, 415]);
    await started.admin.set("ada", "nickname");
  }
});

test("a form of ASCII with escaped UTF-16", async () => {
  await using started = await start();
  for (const [label, escaped] of [
    ["utf-16", "%7D%59%26%00"],
    ["utf-16le", "%7D%59%26%00"],
    ["utf-16be", "%59%7D%00%26"],
  ] as const) {
    const answer = await started.put(`${FORM}; charset=${label}`, `nickname=${escaped}&${label}=+`);
    expect([label, answer.body.data]).toMatchObject([label, { nickname: "好&", [label]: " " }]);
  }
});

test("every call that takes a body decodes it", async () => {
  await using started = await start();
  const { service, admin, ask } = started;
  const latin1 = 'application/json; charset="ISO-8859-1"';
  const user = bytesOf('{"username":"bob","password":"gr\xfc\xdfe","nickname":"B\xf6b"}');
  expect((await ask("POST", "/users", latin1, user)).body.entities[0].nickname).toBe("Böb");
  const login = bytesOf('{"grant_type":"password","username":"bob","password":"gr\xfc\xdfe"}');
  const loggedIn = await send("POST", `${service.base}/token`, { headers: { "content-type": latin1 }, body: login });
  expect(loggedIn.status).toBe(200);
  const changed = bytesOf('{"newpassword":"\xe9t\xe9"}');
  expect((await ask("PUT", "/users/bob/password", latin1, changed)).status).toBe(200);
  const again = { grant_type: "password", username: "bob", password: "été" };
  expect((await send("POST", `${service.base}/token`, { json: again })).status).toBe(200);
  const many = bytesOf('{"targets":{"bob":{"st\xe4dt":"K\xf6ln"}}}');
  expect((await ask("POST", "/metadata/user/set", latin1, many)).body.data).toEqual({ bob: { städt: "Köln" } });
  const wanted = bytesOf('{"targets":["bob"],"properties":["st\xe4dt"]}');
  expect((await ask("POST", "/metadata/user/get", latin1, wanted)).body.data).toEqual({ bob: { städt: "Köln" } });
  expect((await admin.get("bob")).body.data).toEqual({ städt: "Köln" });
});

test("the parameter is found however it is spelled", async () => {
  await using started = await start();
  for (const parameters of [
    "; charset=GBK",
    ";charset=gbk",
    '; charset="GBK"',
    '; charset="\\G\\BK"',
    " ;  CharSet = gbk ",
    "; version=1; charset=gbk",
    '; a="; charset=utf-7"; charset=gbk',
    "; charset=gbk; charset=utf-7",
    `; charset=gbk, ${FORM}; charset=gbk`,
  ]) {
    const answer = await started.put(FORM + parameters, `a=${ESCAPED.slice(0, 6)}`);
    expect([parameters, answer.body.data]).toEqual([parameters, { a: "你" }]);
  }
  for (const parameters of ["; charset=", '; charset=""', "; charset", '; a="charset=gbk"', "; xcharset=gbk"]) {
    const answer = await started.put(FORM + parameters, "a=%E4%BD%A0");
    expect([parameters, answer.body.data]).toEqual([parameters, { a: "你" }]);
  }
});

const CALLS = [
  ["PUT", "/metadata/user/ada", FORM],
  ["PATCH", "/metadata/user/ada", FORM],
  ["PATCH", "/metadata/user/ada", MERGE_PATCH],
  ["POST", "/metadata/user/get", "application/json"],
  ["POST", "/metadata/user/set", "application/json"],
  ["POST", "/token", "application/json"],
  ["POST", "/users", "application/json"],
  ["PUT", "/users/ada/password", "application/json"],
] as const;

test("any other label is 415 and named, on every call, and the connection goes on", async () => {
  await using started = await start();
  const bodies = ["", "{}", `{"a":"${"x".repeat(300_000)}"}`];
  for (const [method, path, type] of CALLS) {
    for (const label of ["utf-7", "cp936", "none", "'utf-8'", "utf-8 gbk", "x".repeat(300)]) {
      for (const body of label === "utf-7" ? bodies : ["{}"]) {
        const { status, body: answer } = await started.ask(method, path, `${type}; charset="${label}"`, body);
        const text = `charset '${label.slice(0, 200)}' is not supported.`;
        expect([path, status, answer.error, answer.error_description]).toEqual([
          path,
          415,
          "UNSUPPORTED_MEDIA_TYPE",
          text,
        ]);
      }
    }
  }
  // Calls that take no notice of a body take none of its charset.
  for (const method of ["GET", "DELETE"]) {
    const headers = { "content-type": "text/plain; charset=utf-7" };
    const answer = await send(method, `${started.service.base}/metadata/user/ada`, {
      token: started.admin.token,
      headers,
    });
    expect([method, answer.status]).toEqual([method, 200]);
  }
});

const PIECE_BYTES = 9973;

/** Of unknown length, so that it is read in turns. */
function chunked(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(at, at + PIECE_BYTES));
      at += PIECE_BYTES;
    },
  });
}

test("a user's bytes are counted as they are stored, in long bodies and in pieces", async () => {
  await using started = await start();
  const { service, admin } = started;
  const length = 87_000;
  const euros = bytesOf("\x80".repeat(length));
  const escaped = "%80".repeat(length);
  const forms = [bytesOf("a=", euros), bytesOf(`a=${escaped}`)];
  const jsons = [bytesOf('{"a":"', euros, '"}')];
  for (const [method, type, body] of [
    ...forms.map((form) => ["PUT", FORM, form] as const),
    ...jsons.map((json) => ["PATCH", MERGE_PATCH, json] as const),
  ]) {
    for (const sent of [body, chunked(body)]) {
      const answer = await started.ask(method, "/metadata/user/ada", `${type}; charset=windows-1252`, sent);
      expect([answer.status, answer.headers.get("x-quota-user-used")]).toEqual([200, String(1 + 3 * length)]);
      expect(answer.body.data).toEqual({ a: "€".repeat(length) });
      await admin.set("ada", "a");
    }
  }
  for (const more of [bytesOf("a=", euros, "\x80".repeat(1000)), bytesOf(`a=${escaped}${"%80".repeat(1000)}`)]) {
    for (const sent of [more, chunked(more)]) {
      const answer = await started.put(`${FORM}; charset=windows-1252`, sent);
      expect([answer.status, answer.body.limit]).toEqual([403, USER_BYTES_CEILING]);
      expect(answer.body.attempted).toBeGreaterThan(USER_BYTES_CEILING);
    }
  }
  expect((await admin.get("ada")).body.data).toEqual({});
  expect((await started.put(`${FORM}; charset=gbk`, bytesOf("a=", "\xc4".repeat(1_048_577)))).status).toBe(413);
  expect(service.faults).toEqual([]);
});
