import { urlOf } from "../requests/request.ts";
import type { OwnRoute } from "../routing/own-route.ts";
import { serveStatic } from "../static/serve-static.ts";
import type { PageFiles } from "./page-files.ts";
import { DOCS_PAGE, PAGES_PATH, ROOT_PAGE } from "./page-manifest.ts";
import { STRICT_POLICY, VIEWER_POLICY } from "./page-policies.ts";
import { prefersHtml } from "./prefers-html.ts";

/** The pages for people, and what they load. */
export function pageRoutes(files: PageFiles): readonly OwnRoute[] {
  return [
    {
      path: "/",
      // Nothing is here for a program, by any method.
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
        // A page below its own path only, with its own policy.
        return file?.isImmutable ? await serveStatic(file, request) : undefined;
      },
    },
  ];
}
