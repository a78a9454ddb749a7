import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface DevServer extends AsyncDisposable {
  readonly url: string;
}

/** `npm run dev`, as a developer types it. */
export async function startDev(folder: string, env: Readonly<Record<string, string>>): Promise<DevServer> {
  const npm = spawn("npm", ["run", "dev", "--", "--host", "127.0.0.1"], {
    cwd: folder,
    // Colours would be in the middle of the address.
    env: { ...process.env, ...env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
    // A group of its own: npm, its shell and Vite end together.
    detached: true,
  });
  const url = await addressIn(npm).catch(async (error) => {
    await endGroup(npm);
    throw error;
  });
  return { url, [Symbol.asyncDispose]: () => endGroup(npm) };
}

async function addressIn({ stdout }: ChildProcess): Promise<string> {
  const said: string[] = [];
  if (stdout !== null) {
    for await (const line of createInterface(stdout)) {
      said.push(line);
      const url = /Local: +(http:\S+)/.exec(line)?.[1];
      if (url !== undefined) return url;
    }
  }
  throw new Error(`npm run dev ended:\n${said.join("\n")}`);
}

async function endGroup(npm: ChildProcess): Promise<void> {
  if (npm.pid === undefined || npm.exitCode !== null || npm.signalCode !== null) return;
  const ended = once(npm, "exit");
  process.kill(-npm.pid, "SIGTERM");
  await ended;
}
