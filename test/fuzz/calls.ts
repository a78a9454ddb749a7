/** All possible calls, derived from the route table, so that a new route is fuzzed without changes here. */
import type { Route } from "../../src/http/call.ts";
import { matchPaths } from "../../src/http/routing/matching.ts";
import { type OwnRouteNeeds, ownRoutes } from "../../src/http/routing/own-routes.ts";
import { appRoutes, type Rules } from "../../src/http/routing/routes.ts";

export interface FuzzCall {
  readonly method: string;
  /** Below an app's prefix, with `:username` for a parameter. If `route` is null, a path of the server itself. */
  readonly path: string;
  /** Undefined: the path exists, but not with this method; null: not a path of an app. */
  readonly route: Route | undefined | null;
  /** The username if the path's literal word is one. */
  readonly username?: string;
}

const PREFIX = "/:org/:app";
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

// as: handlers are created from these rules, but none is called here
export const ROUTES = appRoutes({} as Rules);
export const COMPANION_ROUTES = ROUTES.filter(({ isCompanion }) => isCompanion === true);

export const CALLS: readonly FuzzCall[] = matchPaths(ROUTES)
  .filter(({ path }) => path.startsWith(PREFIX))
  .flatMap(({ path, routes }) =>
    METHODS.map((method): FuzzCall => {
      const matched = [...routes].find(([name]) => name === (method === "HEAD" ? "GET" : method))?.[1];
      const { route, params: { username } = {} } = matched ?? {};
      return { method, path: path.slice(PREFIX.length), route, ...(username === undefined ? {} : { username }) };
    }),
  );

export const OTHER_CALLS: readonly FuzzCall[] = [
  // as: answers are created from these needs, but none is requested here
  ...ownRoutes({} as OwnRouteNeeds).flatMap(({ path }) =>
    ["GET", "HEAD", "POST"].map((method) => ({ method, path, route: null })),
  ),
  ...["/", "/ws", "/org", "/org/app", "//", "/org/app/", "/-/nothing", "/app-id", "/favicon.ico"].map((path) => ({
    method: "GET",
    path,
    route: null,
  })),
  { method: "OPTIONS", path: "/nowhere", route: null },
  { method: "PUT", path: "/org/app/metadata/users/ada", route: null },
];

export function nameOf({ method, path }: Pick<Route, "method" | "path">): string {
  return `${method} ${path}`;
}

/** The parameters of a path. */
export function parametersOf({ path }: Pick<Route, "path">): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}|:(\w+)/g)].map(([, braced, colon]) => braced ?? colon ?? "");
}

/** Parameters for which the grammar has words. */
export const KNOWN_PARAMETERS: readonly string[] = ["username", "seconds", "conversation"];
