import { expect, test } from "bun:test";
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { createJwtVerifier } from "../../../src/identity/jwt/json-web-token.ts";
import { createProviderKeys } from "../../../src/identity/jwt/provider-keys.ts";
import { ASKER, createTestOutside } from "../test-outside.ts";
import { AUDIENCE } from "./key-server.ts";

const CLIENT = { client_id: "backend", client_secret: "a secret of the backend" };
const SCOPE = "profiles:all";

/** A real OpenID provider on a port of its own, which gives out JWT access tokens for our audience. */
async function startProvider() {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const issuer = `http://127.0.0.1:${address.port}`;
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] }],
    scopes: [SCOPE],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: SCOPE, audience: AUDIENCE, accessTokenFormat: "jwt" }),
      },
    },
  });
  server.on("request", provider.callback());
  return {
    issuer,
    async token(scope?: string): Promise<string> {
      const body = new URLSearchParams({
        grant_type: "client_credentials",
        resource: AUDIENCE,
        ...(scope && { scope }),
      });
      const authorization = `Basic ${btoa(`${CLIENT.client_id}:${encodeURIComponent(CLIENT.client_secret)}`)}`;
      const response = await fetch(`${issuer}/token`, { method: "POST", body, headers: { authorization } });
      const answer = (await response.json()) as { readonly access_token: string }; // as: RFC 6749 § 5.1
      if (response.status !== 200) throw new Error(JSON.stringify(answer));
      return answer.access_token;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

test("tokens of a real OpenID provider are verified by its discovery document alone", async () => {
  await using provider = await startProvider();
  const settings = {
    issuer: provider.issuer,
    audience: AUDIENCE,
    jwks: null,
    algorithms: ["RS256"],
    userClaim: "client_id",
    userClaimMap: "none",
    adminClaim: null,
    adminScope: SCOPE,
  } as const;
  const { clock, failures, outside } = createTestOutside();
  const keys = createProviderKeys(settings, outside, clock);
  const { takes, verify } = createJwtVerifier(settings, keys, clock);
  const token = await provider.token();
  expect(takes(token)).toBe(true);
  expect((await verify(token, ASKER)).bearer).toEqual({ kind: "user", name: "backend" });
  // It has the scope, and still names a user.
  expect((await verify(await provider.token(SCOPE), ASKER)).bearer).toEqual({ kind: "user", name: "backend" });
  const forPeople = createJwtVerifier({ ...settings, userClaim: "preferred_username" }, keys, clock);
  expect((await forPeople.verify(await provider.token(SCOPE), ASKER)).bearer).toEqual({ kind: "admin" });
  const another = createJwtVerifier({ ...settings, audience: "https://other.example" }, keys, clock);
  await expect(another.verify(token, ASKER)).rejects.toThrow("token_of_other_app");
  expect(failures).toEqual([]);
});
