import { existsSync, readdirSync, statSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { BuiltPages } from "../../../http/pages/built-pages.ts";
import { MANIFEST } from "../../../http/pages/page-manifest.ts";
import type { OperatorEvents } from "../../../ops/events.ts";
import { BUILD_FOLDER, PAGES_SCRIPT, pageStamp } from "./page-stamp.ts";

/** Disposing it kills a build in flight. */
export interface PageBuild extends BuiltPages, Disposable {
  /** Call it once the server answers. Until then no file is read, and `folder` waits. */
  begin(): void;
  /** Whether pages exist or can be built; known as soon as `begin` returns. */
  readonly isPossible: boolean;
}

type PageEvents = Pick<OperatorEvents, "pagesBuilt" | "pagesMissing" | "pagesFailed">;

/** The build runs only when no other process needs the processor. */
const LOWEST_PRIORITY = 19;
/** `npm start` sets this for the server's heap only. */
const SERVER_ONLY = "BUN_JSC_gcMaxHeapSize";
const REASON_LENGTH_MAX = 300;

/** The root of the checkout. A compiled program has none. */
const ROOT = join(import.meta.dir, "../../../..");

/**
 * Builds the pages in a separate process, unless they are built already. If the build fails, the server continues with
 * the latest earlier build, or without pages.
 */
export function createPageBuild(events: PageEvents, root: string = ROOT): PageBuild {
  const finding = Promise.withResolvers<string | undefined>();
  let child: Bun.Subprocess<"ignore", "ignore", "pipe"> | undefined;
  let isOver = false;
  let isPossible = false;

  async function build(folder: string): Promise<string | undefined> {
    const began = performance.now();
    const { [SERVER_ONLY]: _, ...env } = process.env;
    const started = Bun.spawn([process.execPath, join(root, PAGES_SCRIPT)], {
      cwd: root,
      env,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    child = started;
    lowerPriority(started.pid);
    const [said, code] = await Promise.all([started.stderr.text(), started.exited]);
    if (isOver) return undefined;
    if (code === 0 && isBuilt(folder)) {
      events.pagesBuilt({ ms: Math.round(performance.now() - began) });
      return folder;
    }
    events.pagesFailed({ reason: lastLine(said) || `it ended with ${code ?? started.signalCode}` });
    return latestBuild(root);
  }

  async function find(): Promise<string | undefined> {
    const stamp = pageStamp(root);
    const folder = stamp === undefined ? latestBuild(root) : join(root, BUILD_FOLDER, stamp);
    if (folder === undefined) {
      events.pagesMissing();
      return undefined;
    }
    isPossible = true;
    return isBuilt(folder) ? folder : await build(folder);
  }

  return {
    begin() {
      find().then(finding.resolve, (error) => {
        events.pagesFailed({ reason: error instanceof Error ? error.message : String(error) });
        finding.resolve(undefined);
      });
    },
    folder: () => finding.promise,
    get isPossible() {
      return isPossible;
    },
    [Symbol.dispose]() {
      isOver = true;
      if (child?.exitCode === null) child.kill();
    },
  };
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, LOWEST_PRIORITY);
  } catch {
    // The process has ended, or its priority cannot be changed: then the build competes with the server for some seconds.
  }
}

function isBuilt(folder: string): boolean {
  return existsSync(join(folder, MANIFEST));
}

/** For machines that built the pages and then removed the development dependencies. */
function latestBuild(root: string): string | undefined {
  const builds = join(root, BUILD_FOLDER);
  if (!existsSync(builds)) return undefined;
  return readdirSync(builds)
    .map((name) => join(builds, name))
    .filter(isBuilt)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
    .at(0);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, REASON_LENGTH_MAX) ?? "";
}
