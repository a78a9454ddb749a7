import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SQLITE_MIGRATIONS } from "../../src/store/sqlite/schema/schema.ts";
import type { Bench } from "../bench.ts";
import { seedStore } from "./seeded-store.ts";

export const FEW_USERS = 10_000;
export const MANY_USERS = 10_000_000;

/** A separate store for each caller, with this many users; deleted after the run. */
export async function freshStore({ folder, signal }: Bench, users = FEW_USERS): Promise<string> {
  const path = join(mkdtempSync(join(folder, "store-")), "usermeta.db");
  await seedStore(path, users, signal);
  return path;
}

/** The store with very many users, kept from run to run: sets change its values, not its sizes. */
export async function keptStore({ kept, signal, progress }: Bench, users = MANY_USERS): Promise<string> {
  const folder = join(kept, `store-${users}`);
  const path = join(folder, "usermeta.db");
  const marker = join(folder, "complete.txt");
  if (readIfThere(marker) === seedsVersion()) return path;
  progress(`  making a store with ${users} users, once`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const before = performance.now();
  await seedStore(path, users, signal);
  writeFileSync(marker, seedsVersion());
  progress(`  made it in ${((performance.now() - before) / 1000).toFixed(0)} s`);
  return path;
}

/** Changes with the schema and with the seeds. */
function seedsVersion(): string {
  const hash = createHash("sha256").update(readFileSync(join(import.meta.dir, "seeded-store.ts")));
  for (const { sql } of SQLITE_MIGRATIONS) hash.update(sql);
  return hash.digest("hex");
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
