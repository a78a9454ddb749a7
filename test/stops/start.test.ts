import { expect, test } from "bun:test";
import { join } from "node:path";
import { eventually } from "../harness/eventually.ts";
import { UsermetaProcess } from "../harness/usermeta-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";

const ROOT = join(import.meta.dir, "../..");
const HOLD = join(import.meta.dir, "hold-loading.ts");
const TIMEOUT_MS = 30_000;

test(
  "a signal before the program is loaded is handled: exit code 0",
  async () => {
    using folder = temporaryFolder();
    const go = join(folder.path, "go");
    await using server = new UsermetaProcess(`sqlite:${join(folder.path, "usermeta.db")}`, {
      BUN_OPTIONS: `--preload=${HOLD}`,
      HOLD_LOADING: go,
    });
    await server.logged("loading");
    process.kill(server.pid, "SIGTERM");
    await Bun.write(go, "");
    expect(await server.exited).toBe(0);
    expect(server.log).toEndWith('"msg":"stopped"}');
  },
  TIMEOUT_MS,
);

/** docs/OPERATIONS.md starts a server so. */
test(
  "npm start forwards SIGTERM: exit code 0, and no process is left",
  async () => {
    using folder = temporaryFolder();
    // A process group of its own, with all its processes.
    await using npm = Bun.spawn(["setsid", "--wait", "sh", "-c", "echo $$; exec npm start"], {
      cwd: ROOT,
      env: {
        ...process.env,
        USERMETA_STORE: `sqlite:${join(folder.path, "usermeta.db")}`,
        USERMETA_LISTEN: "127.0.0.1:0",
        USERMETA_LOG: "json",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const group = Number((await firstMatch(npm.stdout, /^(\d+)\n/))[1]);
    await firstMatch(npm.stderr, /"event":"serving"/);
    process.kill(group, "SIGTERM");
    expect(await npm.exited).toBe(0);
    await eventually(async () => expect(() => process.kill(-group, 0)).toThrow("ESRCH"));
  },
  TIMEOUT_MS,
);

async function firstMatch(stream: ReadableStream<Uint8Array>, pattern: RegExp): Promise<RegExpExecArray> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const match = pattern.exec(text);
      if (match !== null) return match;
      const { done, value } = await reader.read();
      if (done) throw new Error(`it ended before ${pattern}: ${text}`);
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    reader.releaseLock();
  }
}
