import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AppCredentials, Apps } from "../../core/apps/apps.ts";
import { type AppKey, appKey } from "../../core/model.ts";
import type { StoreLocation } from "../../store/open.ts";
import { readCredentials, writeCredentials } from "./credentials-file.ts";

/** An app for trying the server, and the file with its credentials. */
export interface DemoApp extends Disposable {
  readonly app: AppKey;
  readonly credentials: AppCredentials;
  /** An absolute path. */
  readonly file: string;
  /** Writes the file for a server at this address. */
  write(server: string): void;
}

const DEMO_APP = "chat-demo/testapp";
const FILE = "chat-demo_testapp.env";

/**
 * Creates the app on a store without apps, and finds it at later starts while the file's credentials are valid.
 * Undefined: the store is not for trying out, because the operator named it or it has apps already. The file of a memory
 * store is deleted when the server stops, as its app is.
 */
export async function prepareDemoApp(
  apps: Apps,
  location: StoreLocation,
  storeIsDefault: boolean,
): Promise<DemoApp | undefined> {
  const app = appKey(DEMO_APP);
  if (app === undefined || location.engine === "mysql") return undefined;
  if (location.engine === "sqlite" && !storeIsDefault) return undefined;
  const known = await apps.list();
  if (location.engine === "memory") {
    const folder = mkdtempSync(join(tmpdir(), "usermeta-"));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    return await makeDemoApp(apps, app, join(folder, FILE), remove);
  }
  const file = join(dirname(location.path), FILE);
  if (known.length === 0) return await makeDemoApp(apps, app, file);
  const credentials = known.some(({ key }) => key === app) ? readCredentials(file) : undefined;
  if (credentials === undefined || typeof (await apps.ensure(app, credentials)) === "string") return undefined;
  return demoApp(app, credentials, file);
}

async function makeDemoApp(apps: Apps, app: AppKey, file: string, remove?: () => void): Promise<DemoApp | undefined> {
  const created = await apps.create(app, {});
  return created === "taken" ? undefined : demoApp(app, created.credentials, file, remove);
}

function demoApp(app: AppKey, credentials: AppCredentials, file: string, remove: () => void = () => {}): DemoApp {
  return {
    app,
    credentials,
    file,
    write: (server) => writeCredentials(file, { app, server, ...credentials }),
    [Symbol.dispose]: remove,
  };
}
