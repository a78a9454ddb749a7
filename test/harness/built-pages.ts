import { join } from "node:path";
import { pageStamp } from "../../src/cli/serve/pages/page-stamp.ts";
import type { BuiltPages } from "../../src/http/pages/built-pages.ts";

const ROOT = join(import.meta.dir, "../..");

/** The pages of this checkout, built as by `npm start`. */
export function builtPages(): BuiltPages {
  const built = Bun.spawnSync([process.execPath, join(ROOT, "scripts/build-pages.ts")], { stdin: "ignore" });
  if (!built.success) throw new Error(built.stderr.toString());
  return { folder: async () => join(ROOT, "build/pages", pageStamp(ROOT) ?? "") };
}
