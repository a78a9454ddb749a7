/** An app to which the document's examples can be sent. */
import type { Dialect } from "../../src/core/model.ts";
import { send, signIn } from "../harness/client.ts";
import { quickPasswords } from "../harness/quick-passwords.ts";
import { userToken } from "../identity/vendors/agora-tokens.ts";
import { startTrustedApp } from "../wire/identity/trusted-app.ts";

export interface ExampleApp extends AsyncDisposable {
  readonly origin: string;
  /** Includes the app's prefix. */
  readonly base: string;
  readonly bearers: Readonly<Record<"admin" | "ada" | "agora", string>>;
  readonly client: { readonly id: string; readonly secret: string };
  /** Resets the app to exactly Ada and Bob, both with the password "secret", and Ada with attributes. */
  begin(): Promise<void>;
  /** The ETag of Ada's attributes. */
  etag(): Promise<string>;
}

export async function startExampleApp(dialect: Dialect): Promise<ExampleApp> {
  await using stack = new AsyncDisposableStack();
  const app = { dialect, registration: "open", ratePerSecond: 10_000 } as const;
  const { service } = stack.use(
    await startTrustedApp(
      {},
      {
        app,
        settings: { trustedProxies: ["127.0.0.1"] },
        workers: 1,
        parts: { passwords: quickPasswords },
      },
    ),
  );
  const admin = await signIn(service);
  const bearers = { admin: admin.token, ada: "", agora: userToken("ada", 3600) };
  const users = `${service.base}/users`;
  const owned = stack.move();
  return {
    origin: service.origin,
    base: service.base,
    bearers,
    client: { id: service.credentials.clientId, secret: service.credentials.clientSecret },
    async begin() {
      await send("DELETE", `${users}?limit=100`, { token: admin.token });
      for (const name of ["ada", "bob"]) await admin.register(name);
      bearers.ada = await admin.tokenOf("ada");
      await admin.set("ada", { nickname: "Ada", sign: "hi" });
    },
    async etag() {
      return (await admin.get("ada")).headers.get("etag") ?? "";
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
