/**
 * Copies a whole store to another engine, then reads the target to verify the copy. Apps and keys are written last,
 * after all users were verified: until then the target has no app to serve, and an interrupted copy can be started
 * again.
 *
 * Not copied: the users of deleted apps, and the change feed, which a starting server does not need.
 *
 * `transfer/` holds what the engines share for copying: the port (transfer.ts), checksums and comparisons.
 */
import { isDeepStrictEqual } from "node:util";
import type { App } from "../../core/model.ts";
import { StoreError } from "../store-error.ts";
import { AppSummer, type AppSums } from "./app-sums.ts";
import { globalsDifferences } from "./globals-differences.ts";
import type { StoreGlobals, TransferReader, TransferSource, TransferTarget, TransferUser } from "./transfer.ts";
import { userDifferences } from "./user-differences.ts";
import { userPages } from "./user-pages.ts";

/** Progress; the events come in this order. */
export type CopyProgress =
  /** Leftovers have been removed from the target. */
  | { readonly phase: "cleared" }
  | { readonly phase: "copying" | "verifying"; readonly done: number; readonly total: number };

export interface CopiedApp extends AppSums {
  readonly app: App;
}

export interface CopyResult {
  readonly apps: readonly CopiedApp[];
  readonly keys: number;
  /** Differences in the target; the copy has succeeded only if there are none. */
  readonly differences: readonly string[];
}

/** How many differing users of an app are named. */
const NAMED_USERS_MAX = 10;

/** Rejects with a `StoreError`. If users differ, it resolves, and the target gets no apps. */
export async function copyStore(
  source: TransferSource,
  target: TransferTarget,
  tell: (progress: CopyProgress) => void,
): Promise<CopyResult> {
  const globals = await source.globals();
  if (await target.clear()) tell({ phase: "cleared" });
  const total = await userTotal(source, globals);

  let done = 0;
  tell({ phase: "copying", done, total });
  const copied = await sumsOf(source, globals, async (app, users) => {
    await target.putUsers(app, users);
    done += users.length;
    tell({ phase: "copying", done, total });
  });

  done = 0;
  tell({ phase: "verifying", done, total });
  const arrived = await sumsOf(target, globals, async (_, users) => {
    done += users.length;
    tell({ phase: "verifying", done, total });
  });
  await checkUnchanged(source, globals);

  const apps = globals.apps.map((app, at) => ({ app, ...sumsAt(copied, at) }));
  const differences: string[] = [];
  for (const [at, { app, ...sums }] of apps.entries()) {
    differences.push(...(await appDifferences(source, target, app, sums, sumsAt(arrived, at))));
  }
  if (differences.length === 0) {
    const usage = new Map(apps.map(({ app, bytes }) => [app.number, bytes]));
    await target.putGlobals(globals, usage);
    differences.push(...(await globalsDifferences(globals, usage, target)));
  }
  return { apps, keys: globals.keys.length, differences };
}

async function userTotal(reader: TransferReader, { apps }: StoreGlobals): Promise<number> {
  let total = 0;
  for (const { number } of apps) total += await reader.userCount(number);
  return total;
}

/** One result per app. */
async function sumsOf(
  reader: TransferReader,
  { apps }: StoreGlobals,
  onPage: (app: number, users: readonly TransferUser[]) => Promise<void>,
): Promise<readonly AppSums[]> {
  const sums: AppSums[] = [];
  for (const { number } of apps) {
    const summer = new AppSummer();
    for await (const page of userPages(reader, number)) {
      const handled = onPage(number, page);
      summer.add(page);
      await handled;
    }
    sums.push(summer.sums());
  }
  return sums;
}

function sumsAt(sums: readonly AppSums[], at: number): AppSums {
  const found = sums[at];
  if (found === undefined) throw new Error("an app has no sums");
  return found;
}

/** A command can change a store that is not being served. */
async function checkUnchanged(source: TransferSource, globals: StoreGlobals): Promise<void> {
  await source.checkAtRest();
  const now = await source.globals();
  if (isDeepStrictEqual(now, globals)) return;
  throw new StoreError("in_use", `${source.location} was changed while it was being copied: copy it again`);
}

async function appDifferences(
  source: TransferReader,
  target: TransferReader,
  { number, key }: App,
  sent: AppSums,
  arrived: AppSums,
): Promise<readonly string[]> {
  const names = ["users", "bytes", "versions", "withPassword", "checksum"] as const;
  const sums = names.filter((name) => sent[name] !== arrived[name]);
  if (sums.length === 0) return [];
  const users = await userDifferences(source, target, number, NAMED_USERS_MAX);
  return [...sums.map((name) => `${name}: ${sent[name]} copied, ${arrived[name]} found`), ...users].map(
    (difference) => `${key}: ${difference}`,
  );
}
