import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { monotonicMs } from "../../../src/core/async/monotonic-ms.ts";
import { createHostedVerifier } from "../../../src/identity/vendors/hosted-token.ts";
import { refusal } from "../refusal.ts";
import { ASKER, createTestOutside } from "../test-outside.ts";
import { HostedService, hostedToken } from "./hosted-service.ts";

function verifierOf(service: HostedService) {
  const { clock, outside } = createTestOutside();
  const { takes, verify } = createHostedVerifier({ url: service.url, cacheSeconds: 60 }, outside, clock);
  return { clock, takes, verify: (text: string, asker = ASKER) => verify(text, asker) };
}

test("a token that the service knows is its user's, and must be verified again after a while", async () => {
  await using service = new HostedService();
  const { clock, takes, verify } = verifierOf(service);
  const token = service.token("Ada");
  expect(takes(token)).toBe(true);
  const { bearer, expires, verifiedUntilMs } = await verify(token);
  expect(bearer).toEqual({ kind: "user", name: "Ada" });
  expect(expires - Date.now()).toBeGreaterThan(590_000);
  expect(verifiedUntilMs).toBe(monotonicMs(clock) + 60_000);
  expect((await verify(service.token("eve", { seconds: 0 }))).expires).toBe(Number.POSITIVE_INFINITY);
});

test("a token that the service does not know, or knows as another user's, is refused", async () => {
  await using service = new HostedService();
  const { verify } = verifierOf(service);
  expect(await refusal(verify(hostedToken(randomUUID())))).toBe("token_unknown");
  expect(await refusal(verify(service.token("ada", {}, false)))).toBe("token_unknown");
  expect(await refusal(verify(service.token("ada", { issued: Date.now() - 700_000 })))).toBe("token_expired");
  // An app's would be an admin's: no answer of the service makes one.
  expect(await refusal(verify(service.token("ada", { kind: 2 })))).toBe("token_malformed");
  const token = service.token("ada");
  for (const text of ["YWMt", `${token}A`, token.slice(0, -1), `${token.slice(0, -1)}-`, "x".repeat(200)]) {
    expect(await refusal(verify(text))).not.toStartWith("taken");
  }
});

test("only the right answer lets a user in", async () => {
  await using service = new HostedService();
  const { verify } = verifierOf(service);
  const entity = (uuid: string) => ({ uuid, username: "ada", activated: true });
  const answers: readonly (readonly [string, (uuid: string) => Response | Promise<Response>])[] = [
    ["token_unknown", () => Response.json({ entities: [entity(randomUUID())] })],
    ["token_unknown", (uuid) => Response.json({ entities: [entity(uuid), entity(uuid)] })],
    ["token_unknown", (uuid) => Response.json({ entities: [{ ...entity(uuid), username: 1 }] })],
    ["token_unknown", (uuid) => new Response(`{"entities":[{"uuid":"${uuid}","username":1546130668394913793}]}`)],
    ["token_unknown", (uuid) => new Response(`{"entities":[{"uuid":"${uuid}","username":"eve","username":"ada"}]}`)],
    ["token_unknown", (uuid) => Response.json({ entities: entity(uuid) })],
    ["token_unknown", () => Response.json({ entities: [] })],
    ["token_unknown", () => Response.json(null)],
    ["token_unknown", (uuid) => Response.json({ entities: [entity(uuid)] }, { status: 404 })],
    ["busy", (uuid) => Response.json({ entities: [entity(uuid)] }, { status: 500 })],
    ["busy", (uuid) => Response.json({ entities: [entity(uuid)] }, { status: 429 })],
    ["busy", () => new Response("<html>ada</html>")],
    ["busy", () => new Response(" ".repeat(300_000))],
    ["busy", (uuid) => Response.redirect(`${service.url}/users/${uuid}`)],
  ];
  for (const [code, answer] of answers) {
    service.answer = answer;
    expect([answer.toString(), await refusal(verify(service.token("ada")))]).toEqual([answer.toString(), code]);
  }
});

test("a service that is away or slow is a 503 within two seconds, and never a yes", async () => {
  const gone = new HostedService();
  const token = gone.token("ada");
  const { verify } = verifierOf(gone);
  gone.answer = () => new Promise(() => {});
  const from = performance.now();
  expect(await refusal(verify(token))).toBe("busy");
  expect(performance.now() - from).toBeLessThan(3000);
  await gone[Symbol.asyncDispose]();
  expect(await refusal(verify(token))).toBe("busy");
});

test("a wall clock that is set back makes no answer last", async () => {
  await using service = new HostedService();
  const { clock, verify } = verifierOf(service);
  const token = service.token("ada");
  const { verifiedUntilMs } = await verify(token);
  clock.step(-3_600_000);
  clock.advance(1000);
  expect((await verify(token)).verifiedUntilMs).toBe((verifiedUntilMs ?? 0) + 1000);
  expect(service.asked).toBe(2);
});

test("one text is one call at a time, and is not asked again for a while when it was refused", async () => {
  await using service = new HostedService();
  const { clock, verify } = verifierOf(service);
  const token = service.token("ada");
  await Promise.all(Array.from({ length: 50 }, () => verify(token)));
  expect(service.asked).toBe(1);
  const unknownToken = hostedToken(randomUUID());
  for (let time = 0; time < 20; time++) expect(await refusal(verify(unknownToken))).toBe("token_unknown");
  expect(service.asked).toBe(2);
  clock.advance(10_000);
  await refusal(verify(unknownToken));
  expect(service.asked).toBe(3);
});
