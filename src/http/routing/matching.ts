import type { Method, Route } from "../call.ts";
import type { PathParams } from "../incoming.ts";

/** One path as Bun's router takes it, with what each method does there. */
export interface MatchedPath {
  /** With `:name` for a parameter. */
  readonly path: string;
  readonly routes: ReadonlyMap<Method, MatchedRoute>;
  /** For the `Allow` header. */
  readonly allow: string;
  /** There only for apps whose setting `companionCalls` is on. */
  readonly isCompanion: boolean;
}

export interface MatchedRoute {
  readonly route: Route;
  /** Where the path itself has a word in a parameter's place: a user called `get` is reached by PUT …/metadata/user/get. */
  readonly params?: PathParams;
}

const PREFIXES = ["/:org/:app", "/app-id/:appId"];
const PARAMETER = /^\{(\w+)\}$/;

/** Groups the table by path, for both prefixes. A path with a word takes over what the one with a parameter there has. */
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

/** The words of `path` that stand where `pattern` has a parameter, if nothing else differs. */
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

/** What `Allow` says of a path that takes these. */
export function allowOf(methods: readonly Method[]): string {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}
