import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";

/** Twice the calls of `eventually` in a second, so that the bucket fills while it is checked. */
const RATE = 100;
/** The contents of a full bucket, with room for the test's other calls. */
const CALLS = 80;

const WITHOUT_FAKETIME = "a server whose wall clock is set while it runs: faketime is not installed";

describe.skipIf(isLeftOut(Bun.which("faketime") !== null, WITHOUT_FAKETIME))("the wall clock is set", () => {
  for (const seconds of [3600, -3600, 86_400, -86_400]) {
    test(`by ${seconds} s: workers started afterwards share the rate, times grow and revocations hold`, async () => {
      using folder = temporaryFolder();
      const offset = join(folder.path, "offset");
      await Bun.write(offset, "+0s");
      await using server = await SteppedServer.start(offset);
      const { base, token } = server;
      const get = () => send("GET", `${base}/metadata/user/ada`, { token, headers: { connection: "close" } });
      await send("POST", `${base}/users`, { token, json: { username: "ada", password: "a password" } });
      const ada = await send("POST", `${base}/token`, {
        json: { grant_type: "password", username: "ada", password: "a password" },
      });
      const set = async (value: string): Promise<string> => {
        const body = new URLSearchParams({ value });
        const headers = { authorization: `Bearer ${token}` };
        const answer = await fetch(`${base}/metadata/user/ada`, { method: "PUT", headers, body });
        expect(answer.status).toBe(200);
        return answer.headers.get("etag") ?? "";
      };
      const before = await set("before");

      await Bun.write(offset, `${seconds < 0 ? "" : "+"}${seconds}s`);
      await eventually(async () => {
        const { timestamp } = (await get()).body;
        expect(Math.abs(timestamp - Date.now() - seconds * 1000)).toBeLessThan(60_000);
      }, 10_000);
      // First beside a worker from before the step, and then in place of that one, too.
      for (const _ of [1, 2]) {
        await server.endWorker();
        await eventually(async () => {
          expect((await get()).headers.get("ratelimit")).toStartWith(`"read";r=${RATE - 1};`);
        }, 10_000);
        const statuses = await Promise.all(Array.from({ length: CALLS }, async () => (await get()).status));
        expect(statuses).toEqual(Array(CALLS).fill(200));
      }
      expect(await set("after")).not.toBe(before);

      const own = ada.body.access_token;
      expect((await send("GET", `${base}/metadata/user/ada`, { token: own })).status).toBe(200);
      await send("PUT", `${base}/users/ada/password`, { token, json: { newpassword: "another" } });
      expect((await send("GET", `${base}/metadata/user/ada`, { token: own })).status).toBe(401);
    }, 60_000);
  }
});

/** stepped-server.ts, whose wall clock is ahead by the value in a file. */
class SteppedServer implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncIterator<Record<string, string>>;
  base = "";
  token = "";

  private constructor(offset: string) {
    // As faketime sets it for its child; given the file itself, it would not read it again.
    const preload = Bun.spawnSync(["faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD"]).stdout.toString().trim();
    this.#child = Bun.spawn([process.execPath, join(import.meta.dir, "stepped-server.ts"), String(RATE)], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      env: {
        ...process.env,
        LD_PRELOAD: preload,
        FAKETIME_TIMESTAMP_FILE: offset,
        FAKETIME_CACHE_DURATION: "1",
        // An operator who sets the clock leaves this one alone.
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      },
    });
    this.#lines = linesOf(this.#child.stdout);
  }

  static async start(offset: string): Promise<SteppedServer> {
    const server = new SteppedServer(offset);
    const { base = "", token = "" } = (await server.#lines.next()).value ?? {};
    server.base = base;
    server.token = token;
    return server;
  }

  /** Resolves when a replacement was requested. */
  async endWorker(): Promise<void> {
    this.#child.stdin.write("end\n");
    this.#child.stdin.flush();
    await this.#lines.next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Record<string, string>> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}
