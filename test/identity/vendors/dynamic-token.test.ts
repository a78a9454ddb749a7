import { expect, test } from "bun:test";
import fc from "fast-check";
import { appKey } from "../../../src/core/model.ts";
import { createDynamicVerifier } from "../../../src/identity/vendors/dynamic-token.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { bitCount, flipBit } from "../../wire/flip-bit.ts";
import { failure, refusal } from "../refusal.ts";
import { CLIENT_ID, CLIENT_SECRET, dynamicToken, packed } from "./dynamic-tokens.ts";

const DAY = 86_400;

/** A time whose digits allow the other readings below: at another time there are none. */
const READABLE_SECONDS = 1_795_123_450;

function verifier(secrets = [CLIENT_SECRET]) {
  const key = appKey("org/app");
  if (key === undefined) throw new Error("not a key");
  const clock = createTestClock();
  const { verify } = createDynamicVerifier(key, CLIENT_ID, async () => secrets, clock);
  return { clock, verify, now: Math.floor(clock.now() / 1000) };
}

test("a token made as the documents say is taken, with and without padding", async () => {
  const { verify, now } = verifier();
  const token = dynamicToken({ user: "Ada", time: now });
  const taken = { bearer: { kind: "user", name: "Ada" }, issued: now * 1000, expires: (now + 600) * 1000 };
  expect(await verify(token)).toEqual(taken as never);
  expect(await verify(token + "=".repeat(-token.length & 3))).toEqual(taken as never);
});

test("either secret is good while one is rotated, and no other", async () => {
  const { verify } = verifier([CLIENT_SECRET, "next"]);
  await verify(dynamicToken());
  await verify(dynamicToken({ secret: "next" }));
  expect(await refusal(verify(dynamicToken({ secret: "third" })))).toBe("token_unknown");
  expect(await refusal(verify(dynamicToken({ clientId: "another" })))).toBe("token_unknown");
});

test("it ends when it says, and after a day whatever it says", async () => {
  for (const [ttl, seconds] of [
    [600, 600],
    [30 * DAY, DAY],
  ] as const) {
    const { clock, verify, now } = verifier();
    const token = dynamicToken({ ttl, time: now });
    clock.advance((now + seconds) * 1000 - clock.now() - 1);
    await verify(token);
    clock.advance(1);
    expect(await refusal(verify(token))).toBe("token_expired");
  }
  const { verify, now } = verifier();
  await verify(dynamicToken({ time: now + 55 }));
  expect(await refusal(verify(dynamicToken({ time: now + 70 })))).toBe("token_expired");
});

test("another app's is refused, whatever its letters", async () => {
  const { verify } = verifier();
  await verify(dynamicToken({ appkey: "ORG#App" }));
  for (const appkey of ["org#other", "org/app", "org#app#", "orga#pp"]) {
    expect(await refusal(verify(dynamicToken({ appkey })))).toBe("token_of_other_app");
  }
});

// The signature is of texts side by side: the same digits can be read as another name, time and lifetime.
test("a token signed for one user is not accepted for another", async () => {
  const { verify, now } = verifier();
  for (const user of ["ada1", "ada12", "ada"]) {
    for (const ttl of [60, 600, 86_400, 604_800]) {
      const token = dynamicToken({ user, time: now, ttl });
      const { signature, appkey } = JSON.parse(Buffer.from(token, "base64url").toString().slice(3));
      const digits = `${user.slice(3)}${now}${ttl}`;
      for (let timeAt = 0; timeAt < digits.length - 1; timeAt++) {
        for (let ttlAt = timeAt + 1; ttlAt < digits.length; ttlAt++) {
          const userId = `ada${digits.slice(0, timeAt)}`;
          if (userId === user) continue;
          const [curTime, read] = [Number(digits.slice(timeAt, ttlAt)), Number(digits.slice(ttlAt))];
          const text = packed({ signature, appkey, userId, curTime, ttl: read });
          expect(await refusal(verify(text))).not.toStartWith("taken");
        }
      }
    }
  }
});

test("it names exactly the other users that the same text could have been signed for up to now", async () => {
  const { verify, clock } = verifier();
  const now = READABLE_SECONDS;
  clock.advance(now * 1000 - clock.now());
  const otherNames = async (user: string, ttl = 600) => {
    const { bearer } = await verify(dynamicToken({ user, time: now, ttl }));
    return "otherNames" in bearer ? bearer.otherNames : [];
  };
  // The time in digits begins with 17, and so may that of a token that was made some years ago.
  for (const user of ["ada", "ada1", "ada11", "ada2", "ada18", "ada17x", "1"]) {
    expect([user, await otherNames(user)]).toEqual([user, []]);
  }
  expect(await otherNames("ada17")).toEqual(["ada"]);
  expect(await otherNames("ada1600")).toEqual(["ada"]);
  expect(await otherNames("ada11617")).toEqual(["ada116", "ada1"].toSorted());
  // Signed for `ada1795` two days ago, shown as a token of `ada`.
  const text = `${String(now).slice(0, 4)}${now - 100_000}600`;
  const [curTime, ttl] = [Number(text.slice(0, 10)), Number(text.slice(10))];
  const own = dynamicToken({ user: `ada${text.slice(0, 4)}`, time: now - 100_000 });
  const { signature, appkey } = JSON.parse(Buffer.from(own, "base64url").toString().slice(3));
  const shown = verifier([CLIENT_SECRET]);
  shown.clock.advance(curTime * 1000 - shown.clock.now());
  const { bearer } = await shown.verify(packed({ signature, appkey, userId: "ada", curTime, ttl }));
  expect(bearer).toEqual({ kind: "user", name: "ada", otherNames: [`ada${text.slice(0, 4)}`] });
});

test("a text is a text, and a number a number without fraction, exponent or sign", async () => {
  const { verify, now } = verifier();
  const parts = {
    signature: `"${"0".repeat(64)}"`,
    appkey: '"org#app"',
    userId: '"ada"',
    curTime: `${now}`,
    ttl: "600",
  };
  const written = (changed: Partial<typeof parts>, end = "") => {
    const members = Object.entries({ ...parts, ...changed }).map(([name, value]) => `"${name}":${value}`);
    return Buffer.from(`dt-{${members.join(",")}${end}}`).toString("base64url");
  };
  expect(await failure(verify(written({})))).toBe("signature");
  for (const text of [
    written({ userId: "1546130668394913793" }),
    written({ userId: '"\\ud800"' }),
    written({ curTime: `${now}.0` }),
    written({ curTime: `${now / 10}e1` }),
    written({ ttl: "6e2" }),
    written({ ttl: "-600" }),
    written({ ttl: "1e400" }),
    written({}, ',"userId":"ada"'),
    written({}, ',"x":{"a":1,"a":1}'),
  ]) {
    expect([text, await failure(verify(text))]).toEqual([text, "format"]);
  }
});

test("no single bit of a token can be another", async () => {
  const { verify } = verifier();
  const token = dynamicToken();
  const right = `taken: ${JSON.stringify(await verify(token))}`;
  for (let bit = 0; bit < bitCount(token); bit++) {
    const answer = await refusal(verify(flipBit(token, bit)));
    // A digit of the signature is the same in capital letters.
    if (answer !== right) expect(answer).not.toStartWith("taken");
  }
});

test("garbage is refused in the same way", async () => {
  const { verify } = verifier();
  const good = { signature: "0", appkey: "org#app", userId: "ada", curTime: 1_700_000_000, ttl: 600 };
  const bad = [
    { ...good, ttl: "600" },
    { ...good, ttl: 0 },
    { ...good, curTime: 1 },
    { ...good, curTime: 1.5e9 + 0.5 },
    { ...good, userId: "" },
    { ...good, userId: ["ada"] },
    { ...good, signature: null },
    null,
    [],
    "text",
  ];
  const texts = [...bad.map(packed), "", "ZHQt", "ZHQte", Buffer.from("dt-{").toString("base64url"), "A".repeat(9999)];
  for (const text of texts) expect(await refusal(verify(text))).toBe("token_malformed");
  const check = async (value: unknown) => expect(await refusal(verify(packed(value)))).toBe("token_malformed");
  await fc.assert(fc.asyncProperty(fc.jsonValue(), check), { numRuns: 200 });
});
