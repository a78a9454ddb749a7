/**
 * Every path of the server itself, which belongs to no app: below `/-/`, and `/`. They need no token and are not rate
 * limited. `server.ts` adds what the table leaves out: HEAD, OPTIONS and 405.
 */
import { type DocumentWriter, documentRoute } from "../own/document-route.ts";
import { healthRoute, type ReadyNeeds, readyRoute } from "../own/health.ts";
import type { PageFiles } from "../pages/page-files.ts";
import { pageRoutes } from "../pages/page-routes.ts";
import type { OwnRoute } from "./own-route.ts";

export interface OwnRouteNeeds extends ReadyNeeds {
  readonly writeDocument: DocumentWriter;
  readonly pageFiles: PageFiles;
}

export function ownRoutes(needs: OwnRouteNeeds): readonly OwnRoute[] {
  return [healthRoute(), readyRoute(needs), documentRoute(needs.writeDocument), ...pageRoutes(needs.pageFiles)];
}
