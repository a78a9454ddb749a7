import { createHash } from "node:crypto";
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
/**
 * Parts of the checkout that an example may link to, such as `file:../../packages/client`, with the files needed to
 * build them.
 */
const LINKED = ["packages/client", "tsconfig.json"];
/**
 * Outside the checkout, so that an example cannot find the checkout's packages; tools also treat sources below
 * `node_modules` differently.
 */
const CACHE = join(tmpdir(), `usermeta-examples-${process.getuid?.() ?? 0}`);
/** Generated folders, not sources. */
const MADE = ["node_modules", "dist"];

/** What npm says of a registry that cannot be reached. */
const UNREACHABLE =
  /npm error code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)/;

/** Moves what it has installed to its place, unless somebody else has done so while it waited for the lock. */
const INSTALL = 'test -e "$0" || { npm ci --ignore-scripts --no-audit --no-fund && mv "$1" "$0"; }';

/** The packages of an example's lock file, or why they cannot be had here. */
export type InstalledExample =
  | {
      readonly missing: undefined;
      /** The path of `node_modules`. Runs share it: only to be read. */
      readonly packages: string;
    }
  | { readonly missing: string };

/** An example as a fresh clone has it after `npm ci`; to be changed at will. */
export interface ExampleCopy extends Disposable {
  readonly folder: string;
}

/**
 * Installs what `examples/NAME/package-lock.json` says, once for each content of it: runs that come later, or at the
 * same time, use the same folder. The packages' own scripts do not run.
 *
 * @throws Error when npm fails for another reason than a registry that cannot be reached
 */
export async function installExample(name: string): Promise<InstalledExample> {
  const place = join(ownCache(), `${name}-${keyOf(name)}`);
  const packages = join(place, "examples", name, "node_modules");
  if (existsSync(place)) return { missing: undefined, packages };
  const fresh = mkdtempSync(join(CACHE, "installing-"));
  try {
    for (const path of manifestsOf(name)) cpSync(join(ROOT, path), join(fresh, path));
    const lock = Bun.which("flock") === null ? [] : ["flock", `${place}.lock`];
    const npm = Bun.spawn([...lock, "sh", "-c", INSTALL, place, fresh], {
      cwd: join(fresh, "examples", name),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [said] = await Promise.all([npm.stderr.text(), npm.stdout.text(), npm.exited]);
    const code = UNREACHABLE.exec(said)?.[1];
    if (code !== undefined) return { missing: `the npm registry cannot be reached (${code})` };
    if (npm.exitCode !== 0) throw new Error(`npm ci in examples/${name} failed:\n${said}`);
    return { missing: undefined, packages };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** A copy of an example, and of what it links to, with its packages in it; `installExample` must have found them. */
export async function copyExample(name: string): Promise<ExampleCopy> {
  const installed = await installExample(name);
  if (installed.missing !== undefined) throw new Error(`examples/${name}: ${installed.missing}`);
  const root = mkdtempSync(join(CACHE, "copy-"));
  for (const path of [join("examples", name), ...LINKED]) {
    const filter = (source: string): boolean => !MADE.includes(basename(source));
    cpSync(join(ROOT, path), join(root, path), { recursive: true, filter });
  }
  const folder = join(root, "examples", name);
  // Hard links: kits have tens of thousands of files.
  const copied = Bun.spawnSync(["cp", "-al", installed.packages, folder], { stdio: ["ignore", "ignore", "pipe"] });
  if (!copied.success) throw new Error(copied.stderr.toString());
  return { folder, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

/** Only this user's: what is in it is run. */
function ownCache(): string {
  mkdirSync(CACHE, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(CACHE);
  if (process.getuid !== undefined && uid !== process.getuid()) throw new Error(`${CACHE} belongs to another user`);
  return CACHE;
}

function manifestsOf(name: string): readonly string[] {
  const own = ["package.json", "package-lock.json"].map((file) => join("examples", name, file));
  return [...own, ...LINKED.map((path) => (path.endsWith(".json") ? path : join(path, "package.json")))];
}

function keyOf(name: string): string {
  const hash = createHash("sha256");
  for (const path of manifestsOf(name)) hash.update(readFileSync(join(ROOT, path))).update("\0");
  return hash.digest("hex").slice(0, 16);
}
