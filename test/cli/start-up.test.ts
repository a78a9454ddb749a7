import { expect, test } from "bun:test";
import { connect } from "node:net";
import { isLeftOut } from "../harness/missing-part.ts";
import { Program } from "./program.ts";

/** The program as a new user starts it: a process of its own, whose printed lines are pasted into a shell. */

const TIMEOUT_MS = 30_000;
const LIFTED_WITHIN_MS = 2000;

/** The lines as one shell reads them when they are pasted; its folder is another than the server's. */
async function paste(shell: string, lines: readonly string[]): Promise<string[]> {
  const child = Bun.spawn([shell], {
    cwd: "/",
    env: { PATH: process.env.PATH ?? "" },
    stdin: new Blob([`${lines.join("\n")}\n`]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect(err).toBe("");
  expect(await child.exited).toBe(0);
  return out.trimEnd().split("\n");
}

const NO_CURL = isLeftOut(Bun.which("curl") !== null, "the printed lines in a shell: there is no curl");
const SHELLS = ["sh", "bash", "zsh"].filter((shell) => Bun.which(shell) !== null);

test.skipIf(NO_CURL)(
  `the printed lines work as they stand, in one shell (${SHELLS.join(", ")}), in any folder, and again`,
  async () => {
    await using program = new Program();
    await program.shows("out", /--rate-per-second 0/);
    const lines = program.out.split("\n").filter((line) => /^(\.|TOKEN=|curl) ?/.test(line));
    expect(lines).toHaveLength(7);

    for (const [time, shell] of [...SHELLS, "sh"].entries()) {
      const [token, registered, set, got, batch, capacity, ...rest] = await paste(shell, lines);
      const attributes = { nickname: "Ada", avatarurl: "https://example.com/ada.png" };
      expect(token).toMatch(/^YWMt[\w-]+$/);
      if (time === 0) {
        expect(JSON.parse(registered ?? "")).toMatchObject({ action: "post", entities: [{ username: "ada" }] });
      } else {
        expect(JSON.parse(registered ?? "")).toMatchObject({ error: "duplicate_unique_property_exists" });
      }
      expect(JSON.parse(set ?? "")).toMatchObject({ data: attributes, lastModified: expect.any(Number) });
      expect(JSON.parse(got ?? "")).toMatchObject({ data: attributes });
      expect(JSON.parse(batch ?? "")).toMatchObject({ data: { ada: { nickname: "Ada" } } });
      const bytes = Object.entries(attributes).flat().join("").length;
      expect(JSON.parse(capacity ?? "")).toMatchObject({ data: bytes });
      expect(rest).toEqual([]);
    }
    expect(await program.end("SIGTERM")).toEqual({ code: 0, signal: null });
  },
  TIMEOUT_MS,
);

test.skipIf(NO_CURL)(
  "the printed command lifts the rate of 100 a second while the server runs",
  async () => {
    await using program = new Program();
    await program.shows("out", /--rate-per-second 0 .*\n/);
    const line = program.out.split("\n").find((candidate) => candidate.includes("npm run usermeta -- app set"));
    const shown = await paste("sh", [`${line} 2>/dev/null`]);
    expect(shown.join("\n")).toMatch(/^calls a second +without limit$/m);

    // 300 calls in one burst; the previous rate would let 100 pass. The server notices the change within a second.
    const many = `curl -s -o /dev/null -w '%{http_code}\\n' -H "Authorization: Bearer $TOKEN" "$CHAT_BASE/metadata/user/capacity?[1-300]"`;
    const lines = program.out.split("\n").filter((candidate) => /^(\.|TOKEN=) ?/.test(candidate));
    const until = performance.now() + LIFTED_WITHIN_MS;
    let statuses = new Set<string>();
    do statuses = new Set((await paste("sh", [...lines, many])).slice(1));
    while (statuses.size > 1 && performance.now() < until);
    expect(statuses).toEqual(new Set(["200"]));
  },
  TIMEOUT_MS,
);

test(
  "SIGINT ends it with exit code 0, and a second signal ends it immediately",
  async () => {
    await using first = new Program();
    await first.shows("out", /^usermeta serves/m);
    expect(await first.end("SIGINT")).toEqual({ code: 0, signal: null });
    expect(first.err).toContain('"event":"stopped"');

    await using second = new Program();
    await second.shows("out", /^usermeta serves (\S+)$/m);
    const { port } = new URL(/^usermeta serves (\S+)$/m.exec(second.out)?.[1] ?? "");
    // A request that is never finished keeps the server from stopping.
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    const sent = Promise.withResolvers<void>();
    socket.write("POST /chat-demo/testapp/token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", () =>
      sent.resolve(),
    );
    await sent.promise;
    // The answer to a later request shows that the server has read the unfinished one.
    await fetch(`http://127.0.0.1:${port}/-/health`);
    void second.end("SIGTERM");
    await second.shows("err", /"event":"stopping"/);
    expect(await second.end("SIGTERM")).toEqual({ code: null, signal: "SIGTERM" });
    socket.destroy();
  },
  TIMEOUT_MS,
);
