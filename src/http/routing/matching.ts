import type { Method, Route } from "../call.ts";
import type { PathParams } from "../incoming.ts";

/** One path in the form of Bun's router, with the route of each method. */
export interface MatchedPath {
  /** With `:name` for a parameter. */
  readonly path: string;
  readonly routes: ReadonlyMap<Method, MatchedRoute>;
  /** For the `Allow` header. */
  readonly allow: string;
  /** Available only in apps with the setting `companionCalls`. */
  readonly isCompanion: boolean;
}

export interface MatchedRoute {
  readonly route: Route;
  /** Set if the path has a literal word in place of a parameter: PUT …/metadata/user/get sets the user called `get`. */
  readonly params?: PathParams;
}

const PREFIXES = ["/:org/:app", "/app-id/:appId"];
const PARAMETER = /^\{(\w+)\}$/;

/**
 * Groups the table by path, for both prefixes. A path with a literal word also gets the methods of the path that has a
 * parameter in its place.
 */
export function matchPaths(routes: readonly Route[]): readonly MatchedPath[] {
  const paths = new Set(routes.map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const matched = new Map<Method, MatchedRoute>();
    for (const route of routes) {
      const params = route.path === path ? undefined : paramsIn(path, route.path);
      if (params !== undefined && !matched.has(route.method)) matched.set(route.method, { route, params });
    }
    for (const route of routes) if (route.path === path) matched.set(route.method, { route });
    const allow = allowOf([...matched.keys()]);
    const isCompanion = [...matched.values()].every(({ route }) => route.isCompanion === true);
    const routed = path.replace(/\{(\w+)\}/g, ":$1");
    return PREFIXES.map((prefix) => ({ path: prefix + routed, routes: matched, allow, isCompanion }));
  });
}

/** The literal words of `path` in place of parameters of `pattern`; undefined if the paths differ otherwise. */
function paramsIn(path: string, pattern: string): PathParams | undefined {
  const [words, parts] = [path.split("/"), pattern.split("/")];
  if (words.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const word = words[index] ?? "";
    if (word === part) continue;
    const name = PARAMETER.exec(part)?.[1];
    if (name === undefined || word === "" || PARAMETER.test(word)) return undefined;
    params[name] = word;
  }
  return params;
}

/** The `Allow` header for these methods. */
export function allowOf(methods: readonly Method[]): string {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}
