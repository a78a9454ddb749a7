import { mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientSnippet } from "../../docs/clients/client-snippets.ts";
import { toolchainOf } from "./toolchains.ts";

/** How a program ended, and what it printed. */
export interface Ended {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Go compiles its own library first; ms. */
export const TOOL_TIMEOUT_MS = 300_000;

/** One for all runs of Go, because it takes half a minute to compile the library. */
let goCache: string | undefined;

/** For the end of a test file that runs snippets. */
export function removeGoCache(): void {
  if (goCache !== undefined) rmSync(goCache, { recursive: true, force: true });
  goCache = undefined;
}

/** Runs the snippet as it stands in the document, in a folder of its own. */
export async function runSnippet(snippet: ClientSnippet, env: Readonly<Record<string, string>>): Promise<Ended> {
  return await runTool(snippet, toolchainOf(snippet.language).run, env);
}

export async function checkSyntax(snippet: ClientSnippet): Promise<Ended> {
  return await runTool(snippet, toolchainOf(snippet.language).checkSyntax, {});
}

async function runTool(
  { language, code }: ClientSnippet,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "usermeta-snippet-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, toolchainOf(language).file), `${code}\n`);
  const child = Bun.spawn([...command], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      TMPDIR: folder,
      LC_ALL: "C.UTF-8",
      ...(language === "go" ? goOffline(folder) : {}),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TOOL_TIMEOUT_MS,
  });
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exitCode: await child.exited, output, errors };
}

/** Keeps Go from fetching modules or another Go, and from sending counts of use. */
function goOffline(folder: string): Readonly<Record<string, string>> {
  goCache ??= mkdtempSync(join(tmpdir(), "usermeta-go-cache-"));
  return {
    GOCACHE: goCache,
    GOPATH: join(folder, "go"),
    GOFLAGS: "-mod=mod",
    GOPROXY: "off",
    GOTELEMETRY: "off",
    GOTOOLCHAIN: "local",
  };
}
