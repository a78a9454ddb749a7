import { join } from "node:path";
import { inTime } from "../../core/admission/in-time.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { WireRefusal } from "../answers/wire-refusals.ts";
import type { ContentCoding } from "../static/content-coding.ts";
import { kept } from "../static/kept.ts";
import type { StaticFile } from "../static/static-file.ts";
import type { BuiltPages } from "./built-pages.ts";
import { CODING_ENDINGS, MANIFEST, type PageManifest, pageManifest } from "./page-manifest.ts";

/** What is served of the built pages, by file name. */
export interface PageFiles {
  /**
   * Undefined: there is no such file. Refuses with `pages_missing` where no pages are, and with `busy` while they are built
   * and it takes long: a person who looks at a white page for some seconds need not know what to do, one who is shown
   * an error must.
   */
  find(name: string): Promise<StaticFile | undefined>;
}

/** Less than a connection may be without a byte. */
const BUILD_WAIT_MS = 10_000;

/**
 * Files are read when they are first asked for, once for each coding, and kept: the memory this takes is bounded by what was
 * built, about 1.5 MB for browsers.
 */
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
        // The next client is to find it tried again.
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
    read: kept((coding: ContentCoding) => readBlob(join(folder, name + CODING_ENDINGS[coding]))),
  };
}

/** Someone may have removed the build of a server that runs. */
async function readBlob(path: string): Promise<Blob> {
  const file = Bun.file(path);
  if (!(await file.exists())) throw new WireRefusal({ code: "pages_missing" });
  return new Blob([await file.bytes()]);
}
