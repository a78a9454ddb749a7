import { expect, test } from "bun:test";
import { ROOT, readDocument, tableRows } from "./markdown.ts";

const DOCUMENT = readDocument("docs/DEPENDENCIES.md");
const CHOSEN = tableRows(DOCUMENT, ["package", "version", "licence", "what for"]);
const BROUGHT_IN = tableRows(DOCUMENT, ["package", "version", "licence", "brought in by", "what for"]);
/** npm installs one of them, the one for the platform. */
const RUNTIME = /^@oven\/bun-.+/;
/** Licences without a duty to publish works that build on them. */
const LICENCES = ["Apache-2.0", "BSD-3-Clause", "ISC", "MIT"];

/** A package in npm's own list; an optional one for another platform has no licence there. */
interface Listed {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, Listed>>;
}

/** Everything that `npm ci --omit=dev` leaves in the folder, as `name version licence`. */
async function installed(): Promise<readonly string[]> {
  const npm = Bun.spawn(["npm", "ls", "--omit=dev", "--all", "--json", "--long"], { cwd: ROOT, stderr: "inherit" });
  const found = new Set<string>();
  const walk = ({ dependencies = {} }: Listed): void => {
    for (const [name, listed] of Object.entries(dependencies)) {
      const shown = name.replace(RUNTIME, "@oven/bun-*");
      if (listed.license !== undefined) found.add(`${shown} ${listed.version} ${listed.license}`);
      walk(listed);
    }
  };
  walk((await new Response(npm.stdout).json()) as Listed); // as: the form that npm documents
  return [...found].sort();
}

test("docs/DEPENDENCIES.md lists exactly the packages installed for production, with version and licence", async () => {
  const listed = [...CHOSEN, ...BROUGHT_IN].map(([name, version, licence]) => `${name} ${version} ${licence}`).sort();
  expect(listed).toEqual([...(await installed())]);
});

test("the first table has the packages that package.json asks for, the second says for each other one which brought it", () => {
  const { dependencies } = JSON.parse(readDocument("package.json"));
  expect(Object.fromEntries(CHOSEN.map(([name, version]) => [name, version]))).toEqual(dependencies);
  const names = new Set([...CHOSEN, ...BROUGHT_IN].map(([name]) => name));
  for (const [name, , , by = ""] of BROUGHT_IN) {
    for (const parent of by.split(", "))
      expect([name, parent === "the repository" || names.has(parent)]).toEqual([name, true]);
  }
});

test("every dependency has a reason and a licence that asks for no more than its notice", () => {
  for (const row of [...CHOSEN, ...BROUGHT_IN]) {
    expect(LICENCES).toContain(row[2] ?? "");
    expect(row.at(-1)).not.toBe("");
  }
});
