/**
 * Moves a whole store to another engine, and then reads the target again to see whether all of it has arrived. Apps
 * and keys come last, when every user has been found to be the same: until then the target has no app to serve, and a
 * copy that ends before is begun again.
 *
 * Left behind are the users of deleted apps, and the feed of changes, which nobody reads after a start.
 */
import { isDeepStrictEqual } from "node:util";
import type { App } from "../../core/model.ts";
import { StoreError } from "../store-error.ts";
import { AppSummer, type AppSums } from "./app-sums.ts";
import { frameDifferences } from "./globals-differences.ts";
import type { StoreGlobals, TransferReader, TransferSource, TransferTarget, TransferUser } from "./transfer.ts";
import { userDifferences } from "./user-differences.ts";
import { userPages } from "./user-pages.ts";

/** How far it is; the events come in this order. */
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
  /** What is not the same in the target; the copy has succeeded only when this is empty. */
  readonly differences: readonly string[];
}

/** So many users of an app are named when they differ. */
const NAMED_USERS_MAX = 10;

/** Rejects with a `StoreError`; users that differ reject nothing, but then the target gets no apps. */
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
    differences.push(...(await frameDifferences(globals, usage, target)));
  }
  return { apps, keys: globals.keys.length, differences };
}

async function userTotal(reader: TransferReader, { apps }: StoreGlobals): Promise<number> {
  let total = 0;
  for (const { number } of apps) total += await reader.userCount(number);
  return total;
}

/** One for each app. */
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
  if (found === undefined) throw new Error("an app was not summed up");
  return found;
}

/** Commands can change a store that no server has. */
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
