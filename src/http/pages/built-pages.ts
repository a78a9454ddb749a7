/** The folder of pages built by `scripts/build-pages.ts`. A build may still be running while the server serves. */
export interface BuiltPages {
  /** Resolves after the build to an absolute path; undefined if there are no pages. */
  folder(): Promise<string | undefined>;
}

export const NO_PAGES: BuiltPages = { folder: async () => undefined };
