import type { Method, Route } from "./call.ts";

/** One path as Bun's router takes it, with what each method does there. */
export interface MatchedPath {
  /** With `:name` for a parameter. */
  readonly path: string;
  readonly routes: ReadonlyMap<Method, MatchedRoute>;
  /** For the `Allow` header. */
  readonly allow: string;
}

export interface MatchedRoute {
  readonly route: Route;
  /** The username where the path itself is one: a user called `get` is reached by PUT …/metadata/user/get. */
  readonly username?: string;
}

const PREFIXES = ["/:org/:app", "/app-id/:appId"];
const USERNAME = "{username}";

/** Groups the table by path, for both prefixes. A path without a parameter takes over what the one with it has. */
export function matchPaths(routes: readonly Route[]): readonly MatchedPath[] {
  const paths = new Set(routes.map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const matched = new Map<Method, MatchedRoute>();
    for (const route of routes) {
      const username = usernameIn(path, route.path);
      if (username !== undefined && !matched.has(route.method)) matched.set(route.method, { route, username });
    }
    for (const route of routes) if (route.path === path) matched.set(route.method, { route });
    const allow = allowOf([...matched.keys()]);
    return PREFIXES.map((prefix) => ({ path: prefix + path.replace(USERNAME, ":username"), routes: matched, allow }));
  });
}

/** The segment of `path` that stands where `pattern` has its parameter, if nothing else differs. */
function usernameIn(path: string, pattern: string): string | undefined {
  const [before, after] = pattern.split(USERNAME);
  if (before === undefined || after === undefined || path.includes(USERNAME)) return undefined;
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  const name = path.slice(before.length, path.length - after.length);
  return name === "" || name.includes("/") ? undefined : name;
}

function allowOf(methods: readonly Method[]): string {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}
