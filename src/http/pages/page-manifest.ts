import { z } from "zod";

/** In a folder of built pages; what is not named in it is not served. */
export const MANIFEST = "manifest.json";

const CODINGS = ["br", "gzip", "identity"] as const;

/** By file name. A packed file stands beside the plain one, with its coding's ending. */
export const pageManifest = z.record(
  z.string(),
  z.object({
    contentType: z.string(),
    tag: z.string(),
    /** The name holds the tag. */
    isImmutable: z.boolean(),
    codings: z.array(z.enum(CODINGS)),
  }),
);

export type PageManifest = z.infer<typeof pageManifest>;

/** What the name of a file ends with that is packed so. */
export const CODING_ENDINGS: Readonly<Record<(typeof CODINGS)[number], string>> = {
  br: ".br",
  gzip: ".gz",
  identity: "",
};

/** The pages themselves; all other files are loaded by them, below this path. */
export const ROOT_PAGE = "root.html";
export const DOCS_PAGE = "docs.html";
export const PAGES_PATH = "/-/pages/";
