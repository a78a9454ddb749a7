/**
 * `npm run build:pages`: makes `build/pages/STAMP` from `pages/`, unless it is there. `npm start` runs it beside serving.
 * The folder appears whole, by renaming: two concurrent builds create the same one, and the first to finish wins.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { BUILD_FOLDER, pageStamp, VIEWER_PACKAGE } from "../src/cli/serve/pages/page-stamp.ts";
import { MANIFEST } from "../src/http/pages/page-manifest.ts";
import { PageWriter } from "./pages/page-writer.ts";
import { readViewer } from "./pages/viewer.ts";

const ROOT = join(import.meta.dir, "..");
const BUILDS = join(ROOT, BUILD_FOLDER);
const SOURCES = join(ROOT, "pages");
/** Of a build that was killed. */
const UNFINISHED = ".building-";
const UNFINISHED_MAX_MS = 600_000;
/** A server started before the sources changed may still read its own pages. */
const BUILDS_KEPT = 3;

/** By the name of each in the pages' HTML. */
const BUNDLED = { "root.css": "root/root.css", "docs.css": "docs/docs.css", "docs.js": "docs/docs.ts" };
const COPIED = { "icon.svg": "theme/icon.svg" };
const PAGES = { "root.html": "root/root.html", "docs.html": "docs/docs.html" };

async function bundle(source: string): Promise<string> {
  const { outputs } = await Bun.build({ entrypoints: [join(SOURCES, source)], target: "browser", minify: true });
  const [output, ...others] = outputs;
  if (output === undefined || others.length > 0) throw new Error(`${source}: ${outputs.length} files were made of it`);
  return await output.text();
}

async function buildInto(folder: string): Promise<void> {
  const writer = new PageWriter(folder);
  for (const [name, source] of Object.entries(BUNDLED)) await writer.addHashed(name, await bundle(source));
  for (const [name, source] of Object.entries(COPIED)) {
    await writer.addHashed(name, await Bun.file(join(SOURCES, source)).text());
  }
  await writer.addHashed("viewer.js", await readViewer(join(ROOT, "node_modules", VIEWER_PACKAGE)));
  for (const [name, source] of Object.entries(PAGES)) {
    await writer.addPage(name, await Bun.file(join(SOURCES, source)).text());
  }
  await writer.finish();
}

/** Moves it into place; if another build was faster, that one stays. */
function putInPlace(folder: string, target: string): void {
  try {
    renameSync(folder, target);
  } catch (error) {
    if (!existsSync(join(target, MANIFEST))) throw error;
    rmSync(folder, { recursive: true, force: true });
  }
}

function removeOthers(target: string): void {
  const ageMs = (path: string): number => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const paths = readdirSync(BUILDS).map((name) => join(BUILDS, name));
  const isUnfinished = (path: string): boolean => path.startsWith(join(BUILDS, UNFINISHED));
  const old = paths
    .filter((path) => path !== target && !isUnfinished(path))
    .sort((a, b) => ageMs(a) - ageMs(b))
    .slice(BUILDS_KEPT - 1);
  const unfinished = paths.filter((path) => isUnfinished(path) && ageMs(path) > UNFINISHED_MAX_MS);
  for (const path of [...old, ...unfinished]) rmSync(path, { recursive: true, force: true });
}

async function build(): Promise<void> {
  const stamp = pageStamp(ROOT);
  if (stamp === undefined) throw new Error(`there is no ${VIEWER_PACKAGE}: npm ci installs it, without --omit=dev`);
  const target = join(BUILDS, stamp);
  mkdirSync(BUILDS, { recursive: true });
  if (existsSync(join(target, MANIFEST))) {
    // It is the latest one now.
    utimesSync(target, new Date(), new Date());
  } else {
    const folder = mkdtempSync(join(BUILDS, UNFINISHED));
    try {
      await buildInto(folder);
      putInPlace(folder, target);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  removeOthers(target);
}

try {
  await build();
} catch (error) {
  // A server that started this build logs the last line.
  const causes = error instanceof AggregateError ? error.errors.map(String) : [];
  console.error([...causes, error instanceof Error ? error.message : String(error)].join("\n"));
  process.exitCode = 1;
}
