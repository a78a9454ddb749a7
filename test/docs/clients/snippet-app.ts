import { type Admin, signIn } from "../../harness/client.ts";
import { startTestService, type TestService } from "../../harness/service.ts";

/** The app of the snippets: `org/app`, with the users that they name. */
export interface SnippetApp extends AsyncDisposable {
  readonly service: TestService;
  readonly admin: Admin;
  /** Ada's token; Ada has no attributes yet, and Bob's nickname is Robert. */
  readonly token: string;
}

export async function startSnippetApp(): Promise<SnippetApp> {
  await using stack = new AsyncDisposableStack();
  const service = stack.use(await startTestService());
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.register("bob");
  await admin.set("bob", { nickname: "Robert" });
  const owned = stack.move();
  return { service, admin, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
