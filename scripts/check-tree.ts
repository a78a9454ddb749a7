/**
 * Import directions, and the other rules of the tree that no linter knows. Biome finds cycles of files; it
 * knows no folders, and `noRestrictedImports` no Worker's file and no type that is imported in place.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { findCycles } from "./cycles.ts";
import { type Import, importsOf, withoutComments } from "./imports.ts";
import { FOLDER_RULES, type FolderRule, LINES_MAX, NOT_IN_CORE, RUNTIME_PLACES, TYPES_ALONE } from "./tree-rules.ts";

/** @returns the violations, a line each; empty when there are none */
export function checkTree(root: string): readonly string[] {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const find = (pattern: string): string[] => [...new Glob(pattern).scanSync(root)].sort();
  const files = ["src", "pages", "packages/*/src"].flatMap((folder) => find(`${folder}/**/*.{ts,tsx}`));
  const examples = find("examples/*/package.json").map(dirname);
  const tests = find("test/**/*.ts")
    .filter((file) => !file.includes("node_modules"))
    .map((file) => ({ file, text: read(file) }));
  const modules = files.map((file) => ({ file, text: read(file) }));
  const imports = modules.flatMap(({ file, text }) => importsOf(file, text));
  if (modules.length === 0 || imports.length === 0) return [`${root}: no modules or no imports were found`];
  return [
    ...imports.flatMap(checkDirection),
    ...imports.flatMap(checkTypesAlone),
    ...checkFolderCycles(imports),
    ...modules.flatMap(({ file, text }) => [...checkLength(file, text), ...checkNames(file, withoutComments(text))]),
    ...checkVersions("package.json", read("package.json")),
    ...examples.flatMap((folder) => checkVersions(`${folder}/package.json`, read(`${folder}/package.json`))),
    ...find("examples/*/src/**/*.{ts,tsx}").flatMap((file) => checkLength(file, read(file))),
    ...[".", ...examples].flatMap((folder) => checkLock(root, join(folder, "package-lock.json"))),
    ...tests.flatMap(({ file, text }) => [...checkLength(file, text), ...checkTests(file, text)]),
  ];
}

function ruleOf(file: string): FolderRule | undefined {
  return FOLDER_RULES.filter(({ folder }) => isWithin(file, folder))
    .sort((a, b) => b.folder.length - a.folder.length)
    .at(0);
}

function isWithin(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

function checkDirection({ from, to }: Import): string[] {
  const rule = ruleOf(from);
  if (rule === undefined) return [`${from}: no rule says what this folder may import`];
  const target = ruleOf(to)?.folder;
  const isAllowed =
    rule.imports.some((place) => isWithin(to, place)) ||
    rule.packages.some((name) => to === name || (name === "node:" && to.startsWith(name))) ||
    (target !== undefined && [rule.folder, rule.base].includes(target));
  return isAllowed ? [] : [`${from} may not import ${to}`];
}

function checkTypesAlone({ from, to, typeOnly }: Import): string[] {
  const isHeld = TYPES_ALONE.some(({ folder, of, except }) => isWithin(from, folder) && from !== except && to === of);
  return isHeld && !typeOnly ? [`${from} may import only types of ${to}`] : [];
}

function checkFolderCycles(imports: readonly Import[]): string[] {
  const folders = imports.flatMap(({ from, to }) => {
    const [a, b] = [ruleOf(from)?.folder, ruleOf(to)?.folder];
    return a === undefined || b === undefined || a === b ? [] : [{ from: a, to: b }];
  });
  return findCycles(folders).map((stations) => `a cycle of imports: ${stations.join(" → ")}`);
}

function checkLength(file: string, text: string): string[] {
  const lines = text.split("\n").length - 1;
  return lines > LINES_MAX ? [`${file} has ${lines} lines, more than ${LINES_MAX}`] : [];
}

function checkNames(file: string, code: string): string[] {
  const bun = RUNTIME_PLACES.some((place) => isWithin(file, place)) ? null : /\bBun\b|"bun(?::[a-z]+)?"/.exec(code);
  const machine = file.startsWith("src/core/") ? NOT_IN_CORE.exec(code) : null;
  return [bun, machine].flatMap((found) => (found === null ? [] : [`${file} may not name ${found[0]}`]));
}

function checkVersions(file: string, manifest: string): string[] {
  // as: package.json as npm reads it
  const { dependencies, devDependencies } = JSON.parse(manifest) as Record<string, Record<string, string> | undefined>;
  return Object.entries({ ...dependencies, ...devDependencies }).flatMap(([name, version]) =>
    /^(?:\d+\.\d+\.\d+(?:-[\w.]+)?|file:\.\.\/\.\.\/packages\/.+)$/.test(version)
      ? []
      : [`${file}: ${name} is not pinned: ${version}`],
  );
}

/** Each registry has the same packages; the addresses used here are useless elsewhere. */
function checkLock(root: string, file: string): string[] {
  if (!existsSync(join(root, file))) return file.startsWith("examples/") ? [`${file} is missing`] : [];
  return /"resolved": "https?:/.test(readFileSync(join(root, file), "utf8")) ? [`${file} names a registry`] : [];
}

/** `skipIf` is allowed: a test that uses it prints why, and fails where nothing may be left out. */
function checkTests(file: string, text: string): string[] {
  const left = /\b(?:test|it|describe)(?:\.\w+)*\.(?:only|skip|todo)\b(?=[(.])|\b(?:xtest|xit|xdescribe)\(/.exec(text);
  return left === null ? [] : [`${file}: ${left[0]}`];
}

if (import.meta.main) {
  const problems = checkTree(".");
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
