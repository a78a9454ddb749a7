import { expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const BIOME = join(process.cwd(), "node_modules", ".bin", "biome");

/** The files of which Biome says, with this project's rules, that an import of theirs is part of a cycle. */
function filesInCycles(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), "usermeta-cycles-"));
  try {
    copyFileSync("biome.json", join(root, "biome.json"));
    for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
    const args = ["lint", "--only=suspicious/noImportCycles", "--vcs-enabled=false", "--reporter=github", "."];
    const { stdout } = Bun.spawnSync([BIOME, ...args], { cwd: root });
    return [...stdout.toString().matchAll(/noImportCycles,file=([^,]+)/g)]
      .map(([, file = ""]) => basename(file))
      .sort();
  } finally {
    rmSync(root, { recursive: true });
  }
}

const VALUES = { "a.ts": 'import { b } from "./b.ts";\nexport const a = () => b;\n' };
const TYPES = { "a.ts": 'import type { B } from "./b.ts";\nexport interface A {\n  readonly b?: B;\n}\n' };

test("within a folder a cycle is found, also one of types alone", () => {
  const ofValues = { ...VALUES, "b.ts": 'import { a } from "./a.ts";\nexport const b = () => a;\n' };
  expect(filesInCycles(ofValues)).toEqual(["a.ts", "b.ts"]);
  const ofTypes = { ...TYPES, "b.ts": 'import type { A } from "./a.ts";\nexport type B = A | undefined;\n' };
  expect(filesInCycles(ofTypes)).toEqual(["a.ts", "b.ts"]);
  expect(filesInCycles({ ...VALUES, "b.ts": "export const b = 1;\n" })).toEqual([]);
});
