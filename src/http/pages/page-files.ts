import { join } from "node:path";
import { inTime } from "../../core/admission/in-time.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { WireRefusal } from "../answers/wire-refusals.ts";
import type { ContentCoding } from "../static/content-coding.ts";
import { memoized } from "../static/memoized.ts";
import type { StaticFile } from "../static/static-file.ts";
import type { BuiltPages } from "./built-pages.ts";
import { CODING_ENDINGS, MANIFEST, type PageManifest, pageManifest } from "./page-manifest.ts";

/** The files of the built pages, by name. */
export interface PageFiles {
  /**
   * Undefined if the file does not exist. Refuses with `pages_missing` if the pages are not built, and with `busy` if a
   * running build takes longer than BUILD_WAIT_MS. Waiting is better for people: an error page would require them to
   * act.
   */
  find(name: string): Promise<StaticFile | undefined>;
}

/** Less than a connection's idle timeout. */
const BUILD_WAIT_MS = 10_000;

/** Each file is read on first request, once per coding, and stays in memory: about 1.5 MB in total for browsers. */
export function createPageFiles(built: BuiltPages, timers: Timers): PageFiles {
  let loading: Promise<ReadonlyMap<string, StaticFile>> | undefined;

  async function load(): Promise<ReadonlyMap<string, StaticFile>> {
    const folder = await built.folder();
    if (folder === undefined) throw new WireRefusal({ code: "pages_missing" });
    const manifest = pageManifest.parse(await (await readBlob(join(folder, MANIFEST))).json());
    return new Map(Object.entries(manifest).map(([name, entry]) => [name, pageFile(folder, name, entry)]));
  }

  return {
    async find(name) {
      loading ??= load().catch((error) => {
        // The next request tries again.
        loading = undefined;
        throw error;
      });
      return (await inTime(loading, BUILD_WAIT_MS, timers)).get(name);
    },
  };
}

function pageFile(folder: string, name: string, { codings, ...entry }: PageManifest[string]): StaticFile {
  return {
    ...entry,
    codings,
    isShared: false,
    read: memoized((coding: ContentCoding) => readBlob(join(folder, name + CODING_ENDINGS[coding]))),
  };
}

/** The build of a running server may have been deleted. */
async function readBlob(path: string): Promise<Blob> {
  const file = Bun.file(path);
  if (!(await file.exists())) throw new WireRefusal({ code: "pages_missing" });
  return new Blob([await file.bytes()]);
}
