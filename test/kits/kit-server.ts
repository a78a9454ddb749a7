import { Cli } from "../cli/cli.ts";
import { type Admin, signIn } from "../harness/client.ts";

/** A server with default settings and one app. */
export interface KitServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly restUrl: string;
  /** `org#app` */
  readonly appKey: string;
  readonly admin: Admin;
  /** Runs `usermeta app set` beside the running server. */
  setApp(options: string): Promise<void>;
}

const APP = "org/app";

/**
 * Started like an operator would: `usermeta serve` and `usermeta app create`, all other settings at their defaults.
 *
 * @param options of `app create`
 */
export async function startKitServer(options = ""): Promise<KitServer> {
  await using stack = new AsyncDisposableStack();
  const cli = stack.use(new Cli());
  const created = await cli.json(`app create ${APP} ${options}`.trim());
  const serving = await cli.serve();
  stack.defer(async () => void (await serving.stop()));
  const base = `${serving.server}/${APP}`;
  const admin = await signIn({ base, credentials: created });
  const owned = stack.move();
  return {
    restUrl: serving.server,
    appKey: APP.replace("/", "#"),
    admin,
    setApp: async (settings) => void (await cli.ok(`app set ${APP} ${settings}`)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
