/**
 * Import directions, cycles, and the other rules of the tree that no linter knows. Imports are read from the text:
 * Bun's own scanner leaves type-only ones out, and dependency-cruiser cannot read TypeScript 7 at all. Biome's
 * formatting makes the text reliable: every import and re-export ends in `from "…";`.
 */

import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { Glob } from "bun";
import { FOLDER_RULES, type FolderRule, LINES_MAX, RUNTIME_FOLDERS } from "./tree-rules.ts";

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** @returns what is wrong, a line each; empty when all is well */
export function checkTree(root: string): readonly string[] {
  const files = [...new Glob("src/**/*.{ts,tsx}").scanSync(root)].sort();
  const imports = files.flatMap((file) => importsOf(root, file));
  if (files.length === 0 || imports.length === 0) return [`${root}: no modules or no imports were found`];
  return [
    ...imports.flatMap(checkDirection),
    ...files.flatMap((file) => checkText(file, readFileSync(join(root, file), "utf8"))),
    ...findCycles(imports.filter(({ typeOnly }) => !typeOnly)),
    ...checkVersions(root),
    ...[...new Glob("test/**/*.test.ts").scanSync(root)].flatMap((file) => checkTest(root, file)),
  ];
}

const IMPORT =
  /^(?:import|export)\s(?<what>[^;]*?)\bfrom "(?<module>[^"]+)"|^import "(?<bare>[^"]+)"|\bimport\("(?<lazy>[^"]+)"\)/gms;

function importsOf(root: string, file: string): Import[] {
  return [...readFileSync(join(root, file), "utf8").matchAll(IMPORT)].map(({ groups = {} }) => {
    const module = groups.module ?? groups.bare ?? groups.lazy ?? "";
    const to = module.startsWith(".") ? normalize(join(dirname(file), module)) : module;
    return { from: file, to, typeOnly: groups.what?.startsWith("type ") ?? false };
  });
}

/** The rule of the innermost folder that is named. */
function ruleOf(file: string): FolderRule | undefined {
  return FOLDER_RULES.filter(({ folder }) => file === folder || file.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)
    .at(0);
}

function checkDirection({ from, to }: Import): string[] {
  const rule = ruleOf(from);
  if (rule === undefined) return [`${from}: no rule says what this folder may import`];
  if (!to.startsWith("src/")) {
    return rule.packages === "any" || rule.packages.includes(to) ? [] : [`${from} may not import ${to}`];
  }
  const target = ruleOf(to)?.folder ?? to;
  const isAllowed = rule.imports.some((folder) => to === folder || to.startsWith(`${folder}/`));
  return target === rule.folder || isAllowed ? [] : [`${from} may not import ${to}`];
}

function checkText(file: string, text: string): string[] {
  const problems: string[] = [];
  const lines = text.split("\n").length - 1;
  if (lines > LINES_MAX) problems.push(`${file} has ${lines} lines, more than ${LINES_MAX}`);
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  const mayUseBun = RUNTIME_FOLDERS.some((folder) => file.startsWith(folder));
  if (!mayUseBun && /\bBun\.|from "bun(:[a-z]+)?"/.test(code)) problems.push(`${file} may not name Bun`);
  if (
    file.startsWith("src/core/") &&
    /\bprocess\.|\bBuffer\b|\bsetInterval\b|\bsetTimeout\b|\bDate\.now\b/.test(code)
  ) {
    problems.push(`${file}: the rules are handed the clock, chance and the process`);
  }
  return problems;
}

/** One line for every cycle of imports that are there at run time. */
function findCycles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push(`a cycle of imports: ${[...path.slice(at), file].join(" → ")}`);
    if (at >= 0 || done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  }
  for (const file of next.keys()) visit(file, []);
  return cycles;
}

function checkVersions(root: string): string[] {
  // as: package.json as npm reads it
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    string,
    Record<string, string>
  >;
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  return versions.filter(([, version]) => !/^\d/.test(version)).map(([name]) => `package.json: ${name} is not pinned`);
}

function checkTest(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const left = /\b(?:test|it|describe)\.(?:only|skip|todo)\b/.exec(text)?.[0];
  return left === undefined ? [] : [`${file}: ${left}`];
}

if (import.meta.main) {
  const problems = checkTree(".");
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
