/** The snippets of docs/CLIENTS.md for plain REST, as they stand there, against a real server. */
import { afterAll, describe, expect, test } from "bun:test";
import { clientSnippet } from "../../docs/clients/client-snippets.ts";
import { type Admin, signIn } from "../../harness/client.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { startRelay } from "./relay.ts";
import { removeGoCache, runSnippet, TOOL_TIMEOUT_MS } from "./run-tool.ts";
import { languageIsLeftOut } from "./toolchains.ts";

const SNIPPETS = ["python-rest", "php-rest", "ruby-rest", "go-rest", "java-rest"];
/** The JDK reads no JSON, so that its snippet leaves `ext` alone. */
const WITHOUT_EXT = "java";
const NICKNAME = "Ada & Charles 🎩";
const PROFILE = "/org/app/metadata/user/ada";
const RATE_PER_SECOND = 10;
/** Longer than the server asks for, so that a client that always waits a second does not pass; s. */
const RETRY_AFTER_S = 2;
/** Timers of other languages round; ms. */
const ROUNDING_MS = 20;
const TEST_TIMEOUT_MS = TOOL_TIMEOUT_MS + 30_000;

afterAll(removeGoCache);

describe.each(SNIPPETS)("the snippet %s", (name) => {
  const snippet = clientSnippet(name);
  const { language } = snippet;

  test.skipIf(languageIsLeftOut(language))(
    "gets a new token after a 401, waits after a 429, and keeps what another client has written meanwhile",
    async () => {
      const clock = createTestClock();
      await using service = await startTestService({ app: { ratePerSecond: RATE_PER_SECOND }, parts: { clock } });
      const admin = await signIn(service);
      await admin.register("ada");
      await admin.set("ada", { nickname: "Old", ext: '{"theme":"dark"}', "own key": "kept" });
      const other = { ext: '{"theme":"light","visits":7}', sign: "hi" };
      let [gets, puts, refusedAt, waitedMs] = [0, 0, 0, 0];
      await using relay = startRelay(service.origin, {
        async before({ method, headers }) {
          if (method === "GET") gets += 1;
          if (method === "PUT") puts += 1;
          if (method === "GET" && gets === 1) headers.set("authorization", "Bearer YWMtexpired");
          if (method === "GET" && gets === 2) await useUpReads(admin);
          if (method === "GET" && gets === 3) waitedMs = performance.now() - refusedAt;
          if (method === "PUT" && puts === 1) await admin.set("ada", other);
        },
        after(status, headers) {
          if (status !== 429) return;
          clock.advance(1000);
          headers.set("retry-after", `${RETRY_AFTER_S}`);
          refusedAt = performance.now();
        },
      });
      const { exitCode, output, errors } = await runSnippet(snippet, environmentOf(service, relay.origin));
      expect([exitCode, errors]).toEqual([0, ""]);
      expect(output).toContain(NICKNAME);
      expect(relay.calls).toEqual([
        "POST /org/app/token 200",
        `GET ${PROFILE} 401`,
        "POST /org/app/token 200",
        `GET ${PROFILE} 429`,
        `GET ${PROFILE} 200`,
        `PUT ${PROFILE} 412`,
        `GET ${PROFILE} 200`,
        `PUT ${PROFILE} 200`,
      ]);
      expect(waitedMs).toBeGreaterThan(RETRY_AFTER_S * 1000 - ROUNDING_MS);
      const { ext, ...others } = (await admin.get("ada")).body.data;
      expect(others).toEqual({ nickname: NICKNAME, sign: "hi", "own key": "kept" });
      expect(JSON.parse(ext)).toEqual({ theme: "light", visits: language === WITHOUT_EXT ? 7 : 8 });
      expect(service.faults).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test.skipIf(languageIsLeftOut(language))(
    "ends with the server's own words where a call is refused, and asks once",
    async () => {
      await using service = await startTestService({ app: { userBytesMax: 10 } });
      const admin = await signIn(service);
      await admin.register("ada");
      await using relay = startRelay(service.origin, {});
      const tooLarge = await runSnippet(snippet, environmentOf(service, relay.origin));
      expect(tooLarge.exitCode).not.toBe(0);
      expect(tooLarge.output + tooLarge.errors).toContain("403");
      expect(tooLarge.output + tooLarge.errors).toContain("user metadata length exceed the limit");
      expect(relay.calls).toEqual(["POST /org/app/token 200", `GET ${PROFILE} 200`, `PUT ${PROFILE} 403`]);
      expect((await admin.get("ada")).body.data).toEqual({});
    },
    TEST_TIMEOUT_MS,
  );
});

function environmentOf({ credentials }: TestService, origin: string): Readonly<Record<string, string>> {
  return {
    CHAT_BASE: `${origin}/org/app`,
    CHAT_CLIENT_ID: credentials.clientId,
    CHAT_CLIENT_SECRET: credentials.clientSecret,
  };
}

/** The server's clock stands still, so that nothing is left of the rate until the test moves it. */
async function useUpReads(admin: Admin): Promise<void> {
  for (let count = 0; count <= RATE_PER_SECOND; count++) {
    if ((await admin.get("ada")).status === 429) return;
  }
  throw new Error(`more than ${RATE_PER_SECOND} reads were answered`);
}
