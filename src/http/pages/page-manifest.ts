import { z } from "zod";

/** The manifest in a folder of built pages. Only files that it lists are served. */
export const MANIFEST = "manifest.json";

const CODINGS = ["br", "gzip", "identity"] as const;

/** By file name. A compressed file stands beside the plain one, with the coding's ending. */
export const pageManifest = z.record(
  z.string(),
  z.object({
    contentType: z.string(),
    tag: z.string(),
    /** The file's name contains its tag. */
    isImmutable: z.boolean(),
    codings: z.array(z.enum(CODINGS)),
  }),
);

export type PageManifest = z.infer<typeof pageManifest>;

/** The ending of the names of files in each coding. */
export const CODING_ENDINGS: Readonly<Record<(typeof CODINGS)[number], string>> = {
  br: ".br",
  gzip: ".gz",
  identity: "",
};

/** The pages. They load all other files, which are below this path. */
export const ROOT_PAGE = "root.html";
export const DOCS_PAGE = "docs.html";
export const PAGES_PATH = "/-/pages/";
