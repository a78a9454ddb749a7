import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { eventually } from "../harness/eventually.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
export const OPERATOR_KEY = "operator-of-the-tests";

/** The command line's own server, on the memory store, with so many file descriptors. */
export interface UsermetaProcess extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  readonly pid: number;
  /** The lines of its log with this event. */
  logged(event: string): readonly string[];
}

export async function startUsermeta(
  descriptorsMax: number,
  { workers = 1, store = "memory:" }: { readonly workers?: number; readonly store?: string } = {},
): Promise<UsermetaProcess> {
  const child = Bun.spawn(
    ["sh", "-c", `ulimit -n ${descriptorsMax}; exec "$@"`, "sh", process.execPath, MAIN, "serve"],
    {
      env: {
        ...process.env,
        USERMETA_LISTEN: "127.0.0.1:0",
        USERMETA_STORE: store,
        USERMETA_WORKERS: String(workers),
        USERMETA_LOG: "json",
        USERMETA_RATE_PER_SECOND: "0",
        USERMETA_APP: "org/app",
        USERMETA_CLIENT_ID: "client",
        USERMETA_CLIENT_SECRET: "secret-of-the-tests",
        USERMETA_OPERATOR_KEY: OPERATOR_KEY,
      },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    },
  );
  let log = "";
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) log += decoder.decode(chunk);
  })();
  const linesOf = (event: string): readonly string[] =>
    log.split("\n").filter((line) => line.includes(`"event":"${event}"`));
  const url = await eventually(async () => {
    const [line] = linesOf("serving");
    if (line === undefined) throw new Error(`not serving yet: ${log}`);
    return (JSON.parse(line) as { url: string }).url; // as: the line's shape
  }, 15_000);
  return {
    origin: url,
    port: Number(new URL(url).port),
    pid: child.pid,
    logged: linesOf,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Connections that send nothing; those that are refused or wait in the kernel's queue count too. */
export function holdSilent(port: number, count: number, localAddress = "127.0.0.1"): Disposable {
  const sockets = Array.from({ length: count }, (): Socket => {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => {});
    return socket;
  });
  return {
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
