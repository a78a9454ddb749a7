import { existsSync, readdirSync, statSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { BuiltPages } from "../../../http/pages/built-pages.ts";
import { MANIFEST } from "../../../http/pages/page-manifest.ts";
import type { OperatorEvents } from "../../../ops/events.ts";
import { BUILD_FOLDER, PAGES_SCRIPT, pageStamp } from "./page-stamp.ts";

/** Disposed of, it ends a build that is under way. */
export interface PageBuild extends BuiltPages, Disposable {
  /** To be called once the server answers: until then nothing is looked at, and `folder` waits. */
  begin(): void;
  /** Whether there are any, or something to build them from; known as soon as it has begun. */
  readonly isPossible: boolean;
}

type PageEvents = Pick<OperatorEvents, "pagesBuilt" | "pagesMissing" | "pagesFailed">;

/** After everything else that wants the processor. */
const LOWEST_PRIORITY = 19;
/** What `npm start` sets for the server's own heap. */
const SERVER_ONLY = "BUN_JSC_gcMaxHeapSize";
const REASON_LENGTH_MAX = 300;

/** Where this program's checkout is; within an executable there is none. */
const ROOT = join(import.meta.dir, "../../../..");

/**
 * Builds the pages that are served, in a process of its own, unless they are built already. Whatever becomes of it, the
 * server goes on: without pages, or with those that were built last.
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
    giveWay(started.pid);
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

function giveWay(pid: number): void {
  try {
    setPriority(pid, LOWEST_PRIORITY);
  } catch {
    // It has ended, or may not be moved: then it is as urgent as others for some seconds.
  }
}

function isBuilt(folder: string): boolean {
  return existsSync(join(folder, MANIFEST));
}

/** For a machine on which pages were built and the development dependencies then removed. */
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
