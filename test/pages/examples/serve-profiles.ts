import { join } from "node:path";
import { type Admin, signIn } from "../../harness/client.ts";
import { copyExample } from "../../harness/installed-example.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { exampleSettings } from "./example-settings.ts";
import { runNpm } from "./run-npm.ts";
import { serveFolder } from "./serve-folder.ts";

export interface ServedProfiles extends AsyncDisposable {
  /** Has the users ada, bob and cyd. */
  readonly service: TestService;
  readonly admin: Admin;
  /** Where the build is. */
  readonly url: string;
}

/** A build of examples/profiles-react, which shows ada, bob, cyd and zoe, and its server. */
export async function serveProfiles(): Promise<ServedProfiles> {
  await using stack = new AsyncDisposableStack();
  const service = stack.use(await startTestService());
  const admin = await signIn(service);
  for (const user of ["ada", "bob", "cyd"]) await admin.register(user);
  const copy = stack.use(await copyExample("profiles-react"));
  await runNpm(copy.folder, "build", exampleSettings(service));
  const { url } = stack.use(serveFolder(join(copy.folder, "dist")));
  const owned = stack.move();
  return { service, admin, url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
