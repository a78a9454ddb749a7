import { join } from "node:path";

export interface ChildAnswer {
  readonly holding?: number;
  readonly app?: number | "taken";
  readonly fault?: string;
  readonly message?: string;
}

export interface Child extends AsyncDisposable {
  readonly pid: number;
  readonly answer: Promise<ChildAnswer>;
  /** Sends SIGKILL, and waits until the process is gone. */
  kill(): Promise<void>;
}

/**
 * Starts sqlite-child.ts; disposing of it calls `kill`.
 *
 * @param wrapper a program, with its arguments, that becomes the child
 */
export function startChild(
  what: "hold" | "create" | "lock",
  path: string,
  text: string,
  wrapper: readonly string[] = [],
): Child {
  const child = Bun.spawn([...wrapper, process.execPath, join(import.meta.dir, "sqlite-child.ts"), what, path, text], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  async function kill(): Promise<void> {
    child.kill("SIGKILL");
    await child.exited;
  }
  return { pid: child.pid, answer: firstLine(child.stdout), kill, [Symbol.asyncDispose]: kill };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<ChildAnswer> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("\n")) break;
  }
  return JSON.parse(text) as ChildAnswer; // as: our own child
}
