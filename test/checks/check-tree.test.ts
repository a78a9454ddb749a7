import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkTree } from "../../scripts/check-tree.ts";

/** The check's findings for a small tree of these files beside a valid one. */
function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), "usermeta-tree-"));
  try {
    const sound = {
      "package.json": '{"dependencies":{"zod":"4.6.7"}}',
      "src/core/model.ts": "export const model = 1;\n",
      "src/http/server.ts": 'import { model } from "../core/model.ts";\n',
    };
    for (const [path, text] of Object.entries({ ...sound, ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return checkTree(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("a valid tree has no problems", () => expect(problemsOf({})).toEqual([]));

test("an empty tree is a problem, not a success", () => {
  const root = mkdtempSync(join(tmpdir(), "usermeta-tree-"));
  expect(checkTree(root)).toEqual([`${root}: no modules or no imports were found`]);
  rmSync(root, { recursive: true });
});

const FORBIDDEN: readonly (readonly [string, string, string])[] = [
  ["the rules import the wire", "src/core/a.ts", 'import { server } from "../http/server.ts";'],
  ["the rules import a type of the wire", "src/core/a.ts", 'import type { Server } from "../http/server.ts";'],
  ["the rules import over several lines", "src/core/a.ts", 'import {\n  a,\n  b,\n} from "../http/server.ts";'],
  ["the rules import a package", "src/core/a.ts", 'import { z } from "zod";'],
  ["the rules import Node", "src/core/a.ts", 'import { readFileSync } from "node:fs";'],
  ["the rules re-export the wire", "src/core/a.ts", 'export { server } from "../http/server.ts";'],
  [
    "the rules name a type of the wire in place",
    "src/core/a.ts",
    'export type A = import("../http/server.ts").Server;',
  ],
  ["the rules name Bun", "src/core/a.ts", "export const a = Bun.version;"],
  ["the rules name a type of Bun", "src/core/a.ts", "export type A = typeof Bun;"],
  [
    "a subject of the rules imports one that stands on it",
    "src/core/rates/a.ts",
    'import { tokens } from "../tokens/tokens.ts";',
  ],
  ["a shared module imports a subject", "src/core/a.ts", 'import { limit } from "./rates/throttle.ts";'],
  ["a subject takes the whole store", "src/core/rates/a.ts", 'import type { Store } from "../ports/store.ts";'],
  ["the rules wait", "src/core/a.ts", "setTimeout(() => {}, 1);"],
  ["the rules look at the clock", "src/core/a.ts", "export const a = Date.now();"],
  ["the rules look at the process", "src/core/a.ts", "export const a = process.env.A;"],
  ["a handler asks for a right", "src/http/handlers/a.ts", 'import { permit } from "../../core/access.ts";'],
  ["the wire imports a store", "src/http/a.ts", 'import { openStore } from "../store/open.ts";'],
  ["the wire imports the assembly", "src/http/a.ts", 'import { startService } from "../service.ts";'],
  ["a store imports the wire", "src/store/memory/a.ts", 'import { server } from "../../http/server.ts";'],
  ["an engine imports another", "src/store/memory/a.ts", 'import { lock } from "../sqlite/lock.ts";'],
  ["what engines share imports one", "src/store/migrate.ts", 'import { lock } from "./sqlite/lock.ts";'],
  [
    "an engine is loaded by the command line",
    "src/cli/a.ts",
    'const { lock } = await import("../store/sqlite/lock.ts");',
  ],
  ["the configuration names Bun", "src/config/a.ts", "export const a = Bun.env;"],
  ["the wire starts a Worker of a store", "src/http/a.ts", 'new Worker(new URL("../store/sqlite/writer.ts", here));'],
  ["the wire imports a package that is not its own", "src/http/a.ts", 'import pino from "pino";'],
  ["the assembly imports an engine", "src/service.ts", 'import { lock } from "./store/sqlite/lock.ts";'],
  ["the program imports a test", "src/http/a.ts", 'import { send } from "../harness/client.ts";'],
  ["the clock names Bun", "src/system/clock.ts", "export const now = () => Bun.nanoseconds();"],
  ["a folder without a rule", "src/elsewhere/a.ts", 'import { model } from "../core/model.ts";'],
];

test.each(FORBIDDEN)("%s: refused", (_, path, text) => {
  const problems = problemsOf({ [path]: `${text}\n` });
  expect(problems.filter((problem) => problem.startsWith(path))).toHaveLength(1);
});

const ALLOWED: readonly (readonly [string, string, string])[] = [
  [
    "a comment",
    "src/core/a.ts",
    '/**\n * Like Bun.serve and process.env, see "../http/server.ts".\n */\n// import("zod")',
  ],
  ["a runtime's name where it may be", "src/system/passwords.ts", "export const { hash } = Bun.password;"],
  ["the exchange asks for a right", "src/http/request-pipeline.ts", 'import { permit } from "../core/access.ts";'],
  ["a route names a right", "src/http/call.ts", 'import type { Operation } from "../core/access.ts";'],
  ["a first line for the shell", "src/main.ts", '#!/usr/bin/env bun\nimport { run } from "./cli/run.ts";'],
  ["a way to an engine", "src/store/open.ts", 'const { lock } = await import("./sqlite/lock.ts");'],
];

test.each(ALLOWED)("%s: allowed", (_, path, text) => expect(problemsOf({ [path]: `${text}\n` })).toEqual([]));

test("between folders even cycles of types are refused", () => {
  const problems = problemsOf({ "src/core/a.ts": 'import type { Server } from "../http/server.ts";\n' });
  expect(problems).toContain("a cycle of imports: src/core → src/http → src/core");
});

test("a long file, a loose version, a test left alone or left out", () => {
  expect(problemsOf({ "src/core/long.ts": "\n".repeat(301) })).toHaveLength(1);
  for (const version of ["^4.6.7", "4.x", "4", "latest", "https://example.com/zod.tgz"]) {
    expect(problemsOf({ "package.json": `{"devDependencies":{"zod":"${version}"}}` })).toHaveLength(1);
  }
  for (const left of ["test.only", "it.skip", "describe.todo", "test.concurrent.only", "xtest"]) {
    expect(problemsOf({ "test/a.ts": `${left}("a", () => {});\n` })).toHaveLength(1);
  }
});

test("an example's loose version, long file, or lock file that is missing or names a registry", () => {
  const example = {
    "examples/a/package.json": '{"dependencies":{"vite":"8.3.8","@usermeta/client":"file:../../packages/client"}}',
    "examples/a/package-lock.json": '{"packages":{"../../packages/client":{"resolved": "../../packages/client"}}}',
    "examples/a/src/app.tsx": "export const a = 1;\n",
  };
  expect(problemsOf(example)).toEqual([]);
  const { "examples/a/package-lock.json": _, ...unlocked } = example;
  expect(problemsOf(unlocked)).toEqual(["examples/a/package-lock.json is missing"]);
  const loose = { ...example, "examples/a/package.json": '{"dependencies":{"vite":"^8.3.8"}}' };
  expect(problemsOf(loose)).toEqual(["examples/a/package.json: vite is not pinned: ^8.3.8"]);
  const hosted = { ...example, "examples/a/package-lock.json": '{"resolved": "https://example.com/vite.tgz"}' };
  expect(problemsOf(hosted)).toEqual(["examples/a/package-lock.json names a registry"]);
  expect(problemsOf({ ...example, "examples/a/src/app.tsx": "\n".repeat(301) })).toHaveLength(1);
});
