import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The page's viewer, a development dependency. Without it pages cannot be built. */
export const VIEWER_PACKAGE = "@scalar/fastify-api-reference";
/** A path from the checkout's root. */
export const PAGES_SCRIPT = "scripts/build-pages.ts";
const SOURCE_FOLDERS = ["pages", "scripts/pages"];
export const BUILD_FOLDER = "build/pages";

/**
 * A hash of everything that pages are built from: the sources, the script, and the versions of the viewer and of Bun.
 * Builds with equal stamps are equal. Undefined: pages cannot be built here, as in an installed package.
 * @param root of the checkout
 */
export function pageStamp(root: string): string | undefined {
  const viewer = join(root, "node_modules", VIEWER_PACKAGE, "package.json");
  const script = join(root, PAGES_SCRIPT);
  if (![viewer, script, ...SOURCE_FOLDERS.map((folder) => join(root, folder))].every((path) => existsSync(path)))
    return undefined;
  const hash = createHash("sha256");
  const sources = SOURCE_FOLDERS.flatMap((folder) => filesIn(join(root, folder)));
  for (const path of [viewer, script, ...sources]) {
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash
    .update(process.versions.bun ?? "")
    .digest("base64url")
    .slice(0, 16)
    .replaceAll("-", "0");
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
