/** The patterns of docs/GATEWAY.md by themselves; gateway.test.ts has the gateways' own reading of them. */
import { describe, expect, test } from "bun:test";
import { companionRoutes } from "../../src/http/companion/companion-routes.ts";
import { appRoutes, type Rules } from "../../src/http/routing/routes.ts";
import { HOSTED_PATHS, OWN_PATHS } from "./gateway-paths.ts";
import { readRecipe } from "./gateway-recipe.ts";

const PREFIXES = ["/org/app", "/app-id/00000000-0000-4000-8000-000000000000"];

function patternIn(recipe: string, line: RegExp): RegExp {
  const pattern = line.exec(readRecipe(recipe))?.[1];
  if (pattern === undefined) throw new Error(`${recipe} has no pattern`);
  return new RegExp(pattern);
}

const NGINX_LOCATION = /^ *location ~ (\S+) \{$/m;
const PATTERNS = {
  nginx: patternIn("nginx", NGINX_LOCATION),
  caddy: patternIn("caddy", /^\t@metadata path_regexp (\S+)$/m),
};

/** Both gateways compare the path without the query. */
function pathOf(target: string): string {
  return target.split("?")[0] ?? "";
}

// as: a route's handler is made of rules, but none is called here
const ROUTES = appRoutes({} as Rules);

describe.each(Object.entries(PATTERNS))("%s", (_, pattern) => {
  test("has a pattern that matches the paths of usermeta and no other", () => {
    for (const target of OWN_PATHS) expect([target, pattern.test(pathOf(target))]).toEqual([target, true]);
    for (const target of HOSTED_PATHS) expect([target, pattern.test(pathOf(target))]).toEqual([target, false]);
  });

  test("has a pattern for every metadata call, and for no other call", () => {
    for (const { path, family } of ROUTES) {
      for (const prefix of PREFIXES) {
        const target = prefix + path.replace("{username}", "ada");
        expect([target, pattern.test(target)]).toEqual([target, family === "metadata"]);
      }
    }
  });
});

test("the pattern for tokens and users too matches every route but companion calls, and leaves messaging alone", () => {
  const everything = patternIn("everything", NGINX_LOCATION);
  const targetsOf = (routes: typeof ROUTES) =>
    routes.flatMap(({ path }) => PREFIXES.map((prefix) => prefix + path.replace(/\{\w+\}/g, "ada")));
  const own = targetsOf(ROUTES.filter(({ isCompanion }) => isCompanion !== true));
  for (const target of own) expect([target, everything.test(target)]).toEqual([target, true]);
  for (const target of targetsOf(companionRoutes())) {
    expect([target, everything.test(target)]).toEqual([target, false]);
  }
  const served = new Set(own);
  for (const target of HOSTED_PATHS.map(pathOf)) {
    expect([target, everything.test(target)]).toEqual([target, served.has(target)]);
  }
});
