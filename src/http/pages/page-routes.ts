/**
 * `pages/` serves the pages for people that `scripts/build-pages.ts` builds. It must not build anything and has no part
 * in the API.
 */

import { urlOf } from "../requests/request.ts";
import type { OwnRoute } from "../routing/own-route.ts";
import { serveStatic } from "../static/serve-static.ts";
import type { PageFiles } from "./page-files.ts";
import { DOCS_PAGE, PAGES_PATH, ROOT_PAGE } from "./page-manifest.ts";
import { STRICT_POLICY, VIEWER_POLICY } from "./page-policies.ts";
import { prefersHtml } from "./prefers-html.ts";

/** The pages for people, and the files that they load. */
export function pageRoutes(files: PageFiles): readonly OwnRoute[] {
  return [
    {
      path: "/",
      // Not for programs, so every method gets the same answer.
      methods: "any",
      isPage: true,
      async answer(request) {
        const isRead = request.method === "GET" || request.method === "HEAD";
        if (!isRead || !prefersHtml(request.headers.get("accept"))) return undefined;
        const page = await files.find(ROOT_PAGE);
        return page && (await serveStatic({ ...page, policy: STRICT_POLICY, varyBy: "Accept" }, request));
      },
    },
    {
      path: "/-/docs",
      methods: ["GET"],
      isPage: true,
      async answer(request) {
        const page = await files.find(DOCS_PAGE);
        return page && (await serveStatic({ ...page, policy: VIEWER_POLICY }, request));
      },
    },
    {
      path: `${PAGES_PATH}*`,
      methods: ["GET"],
      isPage: true,
      async answer(request) {
        const file = await files.find(urlOf(request).pathname.slice(PAGES_PATH.length));
        // Pages are served only at their own paths, with their own CSP.
        return file?.isImmutable ? await serveStatic(file, request) : undefined;
      },
    },
  ];
}
