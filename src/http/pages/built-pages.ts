/** Where the pages are that `scripts/build-pages.ts` makes. A build may still be under way, beside serving. */
export interface BuiltPages {
  /** An absolute path, when the build is over; undefined where there are none. */
  folder(): Promise<string | undefined>;
}

export const NO_PAGES: BuiltPages = { folder: async () => undefined };
