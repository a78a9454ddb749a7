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

/** npm's errors for an unreachable registry. */
const UNREACHABLE =
  /npm error code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)/;

/** Moves the installed packages into place, unless another process did so while this one waited for the lock. */
const INSTALL = 'test -e "$0" || { npm ci --ignore-scripts --no-audit --no-fund && mv "$1" "$0"; }';

/** The packages of an example's lock file, or the reason why they cannot be installed. */
export type InstalledExample =
  | {
      readonly missing: undefined;
      /** The path of `node_modules`. Shared by runs, so read-only. */
      readonly packages: string;
    }
  | { readonly missing: string };

/** An example like a fresh clone after `npm ci`; tests may change it. */
export interface ExampleCopy extends Disposable {
  readonly folder: string;
}

/**
 * Installs the packages of `examples/NAME/package-lock.json`, once per content of the file: later and concurrent runs
 * use the same folder. Scripts of packages do not run.
 *
 * @throws Error if npm fails for any reason other than an unreachable registry
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

/** A copy of an example and its links, with installed packages. Call `installExample` first. */
export async function copyExample(name: string): Promise<ExampleCopy> {
  const installed = await installExample(name);
  if (installed.missing !== undefined) throw new Error(`examples/${name}: ${installed.missing}`);
  const root = mkdtempSync(join(CACHE, "copy-"));
  for (const path of [join("examples", name), ...LINKED]) {
    const filter = (source: string): boolean => !MADE.includes(basename(source));
    cpSync(join(ROOT, path), join(root, path), { recursive: true, filter });
  }
  const folder = join(root, "examples", name);
  // Hard links, because kits have tens of thousands of files.
  const copied = Bun.spawnSync(["cp", "-al", installed.packages, folder], { stdio: ["ignore", "ignore", "pipe"] });
  if (!copied.success) throw new Error(copied.stderr.toString());
  return { folder, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

/** Accessible only to this user, because its contents are executed. */
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
