import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Route } from "../../src/http/call.ts";
import { readsBody } from "../../src/http/call.ts";
import { CALLS, KNOWN_PARAMETERS, nameOf, parametersOf, ROUTES } from "./calls.ts";
import { SECTIONS, sectionOf } from "./documented.ts";
import { BODIES } from "./grammar/bodies.ts";
import { steps } from "./grammar/steps.ts";
import { EFFECTS } from "./judge-effect.ts";
import { NAUGHTY } from "./naughty.ts";

/** Parts of routes that the grammar has no words for. */
function unknownIn(routes: readonly Route[]): readonly string[] {
  return routes.flatMap((route) => {
    const name = nameOf(route);
    const parameters = parametersOf(route).filter((parameter) => !KNOWN_PARAMETERS.includes(parameter));
    return [
      ...parameters.map((parameter) => `${name}: grammar/texts.ts and render.ts have nothing for {${parameter}}`),
      ...(readsBody(route) && BODIES[name] === undefined ? [`${name}: grammar/bodies.ts has no body`] : []),
      ...(SECTIONS[name] === undefined ? [`${name}: documented.ts names no section of docs/PROTOCOL.md`] : []),
      ...(EFFECTS[name] === undefined ? [`${name}: judge-effect.ts does not say what a 200 has done`] : []),
    ];
  });
}

describe("the grammar", () => {
  test("knows every parameter and every body of the route table", () => {
    expect(unknownIn(ROUTES)).toEqual([]);
  });

  test("reports the parts of a new route that it does not know", () => {
    const [set] = ROUTES;
    if (set === undefined) throw new Error("there are no routes");
    expect(unknownIn([{ ...set, path: "/groups/{group}" }])).toEqual([
      "PUT /groups/{group}: grammar/texts.ts and render.ts have nothing for {group}",
      "PUT /groups/{group}: grammar/bodies.ts has no body",
      "PUT /groups/{group}: documented.ts names no section of docs/PROTOCOL.md",
      "PUT /groups/{group}: judge-effect.ts does not say what a 200 has done",
    ]);
  });

  test("names only existing routes", () => {
    const names = ROUTES.map(nameOf);
    const rows = [BODIES, SECTIONS, EFFECTS].flatMap((table) => Object.keys(table));
    expect(rows.filter((name) => !names.includes(name))).toEqual([]);
    for (const heading of Object.values(SECTIONS).flat()) expect(sectionOf(heading)).not.toBe("");
  });

  test("calls every path with every method, once", () => {
    const called = CALLS.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(called).size).toBe(called.length);
    for (const { method, path } of ROUTES) expect(called).toContain(`${method} ${path.replace(/\{(\w+)\}/g, ":$1")}`);
  });

  test("generates the same from the same seed", () => {
    const sample = (seed: number): string => JSON.stringify(fc.sample(steps, { seed, numRuns: 3 }));
    expect(sample(7)).toBe(sample(7));
    expect(sample(7)).not.toBe(sample(8));
  });

  test("has the whole list of naughty strings", () => {
    expect(NAUGHTY.length).toBeGreaterThan(400);
    for (const word of ["NULL", "__proto__", "\ud800", "社會科學院語學研究所"]) expect(NAUGHTY).toContain(word);
  });
});
