import { expect, test } from "bun:test";
import { Cli } from "./cli.ts";
import { Program } from "./program.ts";

const TIMEOUT_MS = 30_000;
const PASSWORD = "hush1815";

/** A port of this machine without a listener. */
function deafPort(): number {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return listener.port;
}

function storeAt(port: number): { readonly env: Record<string, string>; readonly text: string } {
  const host = `127.0.0.1:${port}/chat`;
  return { env: { USERMETA_STORE: `mysql://ada:${PASSWORD}@${host}` }, text: `mysql://ada@${host}` };
}

test(
  "serve waits for an unreachable store: it says so once, tries again, and exits cleanly when told to stop",
  async () => {
    const port = deafPort();
    const { env, text } = storeAt(port);
    await using program = new Program(env);
    await program.shows("err", /storeUnreachable.*\n/);

    // A listener that only hangs up, to see that the server connects again.
    const calledTwice = Promise.withResolvers<void>();
    let calls = 0;
    using listener = Bun.listen({
      hostname: "127.0.0.1",
      port,
      socket: {
        open(socket) {
          calls += 1;
          if (calls === 2) calledTwice.resolve();
          socket.end();
        },
        data() {},
      },
    });
    await calledTwice.promise;
    expect(await program.end("SIGTERM")).toEqual({ code: 0, signal: null });
    listener.stop(true);

    expect(program.out).toBe("");
    const lines = program.err
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    // Failures since the first line are reported before the last one, if there was time for more.
    const failedAgain = lines.filter(({ event }) => event === "outageLasts");
    expect(failedAgain.length).toBeLessThanOrEqual(1);
    for (const { outage, failed } of failedAgain) {
      expect({ outage, failed }).toEqual({ outage: "store", failed: { storeUnreachable: expect.any(Number) } });
    }
    expect(lines.filter(({ event }) => event !== "outageLasts")).toEqual([
      expect.objectContaining({
        level: "warn",
        event: "storeUnreachable",
        store: text,
        error: expect.objectContaining({ message: expect.stringContaining(text) }),
        msg: "waiting for the store",
      }),
      expect.objectContaining({ event: "stopped" }),
    ]);
    expect(program.err).not.toContain(PASSWORD);
  },
  TIMEOUT_MS,
);

for (const command of ["app list", "app create a/b", "user create a/b ada", "token issue a/b", "migrate"]) {
  test(`${command} on a store that cannot be reached: one line without the password, exit 1`, async () => {
    using cli = new Cli();
    const { env, text } = storeAt(deafPort());
    const { code, out, err } = await cli.run(command, { env });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^usermeta: .+\n$/);
    expect(err).toContain(text);
    expect(err).not.toContain(PASSWORD);
  });
}
