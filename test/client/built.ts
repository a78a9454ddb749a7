import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const ROOT = join(import.meta.dir, "../..");

/** The package as built by `npm run build -w @usermeta/client`, in a separate folder. */
export function buildClient(): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "usermeta-client-"));
  const built = Bun.spawnSync([process.execPath, join(ROOT, "packages/client/build.ts"), folder], {
    env: { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (!built.success) throw new Error(built.stderr.toString() + built.stdout.toString());
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
