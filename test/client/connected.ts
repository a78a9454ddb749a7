import { type Client, type ClientOptions, createClient } from "../../packages/client/src/index.ts";
import { type Admin, signIn } from "../harness/client.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../harness/service.ts";
import { type CountedFetch, countedFetch } from "./counted-fetch.ts";

/** A real server and clients of it, all with the app's admin token. */
export interface Connected extends AsyncDisposable {
  readonly service: TestService;
  readonly admin: Admin;
  readonly client: Client;
  readonly counted: CountedFetch;
  /** Another client with an empty cache. */
  other(options?: Partial<ClientOptions>): Client;
}

export async function connect(
  options: TestServiceOptions = {},
  clientOptions: Partial<ClientOptions> = {},
): Promise<Connected> {
  const service = await startTestService(options);
  const admin = await signIn(service);
  const counted = countedFetch(service.base);
  const common = { url: service.base, token: admin.token };
  return {
    service,
    admin,
    counted,
    client: createClient({ ...common, fetch: counted.fetch, ...clientOptions }),
    other: (given) => createClient({ ...common, ...given }),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}
