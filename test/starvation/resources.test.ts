/** That the table of rows and the source speak of the same resources. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { RESOURCES, type Resource } from "../../src/core/admission/resources.ts";
import { ROWS } from "./rows.ts";

const ROOT = join(import.meta.dir, "../..");
const COMPONENT = "src/core/admission/";
const SOURCES = [...new Glob("src/**/*.ts").scanSync(ROOT)].sort().map((file) => ({
  file,
  text: readFileSync(join(ROOT, file), "utf8"),
}));
const USERS = SOURCES.filter(({ file }) => !file.startsWith(COMPONENT));

test("every resource has rows, and every row a name of its own", () => {
  expect(Object.keys(ROWS).sort()).toEqual([...RESOURCES].sort());
  for (const resource of RESOURCES) expect([resource, ROWS[resource].length > 0]).toEqual([resource, true]);
  const names = Object.values(ROWS).flatMap((rows) => rows.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});

test.each([...RESOURCES])("something in src/ is limited under the name %s", (resource) => {
  expect(USERS.filter(({ text }) => boundedIn(text).includes(resource)).map(({ file }) => file)).not.toEqual([]);
});

test("everything that the component creates has the name of a resource", () => {
  const factories = SOURCES.filter(({ file }) => file.startsWith(COMPONENT)).flatMap(({ text }) =>
    [...text.matchAll(/^export function (create\w+)/gm)].map(([, name = ""]) => ({ name, text })),
  );
  expect(factories.map(({ name }) => name)).toContain("createSlots");
  const nameless = factories.filter(({ text }) => !/\bresource: Resource\b/.test(text)).map(({ name }) => name);
  expect(nameless).toEqual([]);
});

/** The resources that a file names, in the options of the component's factories or in a call of `usageOf`. */
function boundedIn(text: string): readonly Resource[] {
  const named = [...text.matchAll(/\bresource: "(\w+)"|\busageOf\([^)]*"(\w+)"/g)].map(([, a, b]) => a ?? b);
  return RESOURCES.filter((resource) => named.includes(resource));
}
