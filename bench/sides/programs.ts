import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";

/** Where Debian puts servers, which is not in every account's PATH. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin"];
const POSTGRES_VERSIONS = "/usr/lib/postgresql";

/** The programs' paths; undefined, with a message, when one of them is missing. */
export function findPrograms<Name extends string>(
  bench: Bench,
  side: string,
  names: Readonly<Record<Name, string>>,
): Record<Name, string> | undefined {
  const found: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(names) as Name[]) {
    // as: Object.keys returns string[]
    const path = Bun.which(name, { PATH: [...postgresFolders(), process.env.PATH, ...FOLDERS].join(":") });
    if (path === null) {
      bench.warn(`${side} is missing: there is no program ${name} (Debian: apt-get install ${names[name]})`);
      return undefined;
    }
    found[name] = path;
  }
  return found as Record<Name, string>; // as: all of them were found
}

/** The newest version first; Debian links hardly any of its programs elsewhere. */
function postgresFolders(): string[] {
  try {
    const versions = readdirSync(POSTGRES_VERSIONS).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(POSTGRES_VERSIONS, version, "bin"));
  } catch {
    return [];
  }
}

/** Its own version text; some programs print it on stderr. */
export function versionOf(program: string, option = "--version"): string {
  const { stdout, stderr } = Bun.spawnSync([program, option]);
  return /\d+\.\d+(\.\d+)*/.exec(`${stdout}${stderr}`)?.[0] ?? "of an unknown version";
}
