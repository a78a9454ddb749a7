import type { z } from "zod";
import type { ResolvedApp } from "../../../core/apps/registry.ts";
import type { User } from "../../../core/model.ts";
import { illegal } from "../../../core/refusals.ts";
import type { ClientCredentials, Grants } from "../../../core/tokens/grants.ts";
import type { TokenExchange } from "../../../core/tokens/token-exchange.ts";
import type { IssuedToken } from "../../../core/tokens/tokens.ts";
import { jsonReply, type Reply } from "../../answers/reply.ts";
import { userEntity } from "../../answers/user-entity.ts";
import { check } from "../../bodies/json/read-json.ts";
import { readTokenFields } from "../../bodies/read-token-fields.ts";
import { ClientBody, ClientGrant, InheritGrant, PasswordGrant, TokenBody } from "../../bodies/shapes/token-body.ts";
import type { OpenCall, OpenHandler } from "../../call.ts";

/**
 * POST …/token (docs/PROTOCOL.md § Tokens), as JSON or as OAuth 2 libraries send it. The app's rate limit is charged
 * once the caller has proved a right to a token. A valid bearer does not lift the address's failure limit, except for
 * grants that use the bearer.
 */
export function createToken({ grants, exchange }: { grants: Grants; exchange: TokenExchange }): OpenHandler {
  return async (call) => {
    call.checkRate();
    const { fields, isOAuth } = await readTokenFields(call);
    const body = check(fields, TokenBody);
    // The app as of now: since the head arrived, its accepted tokens may have changed, or the app may be deleted.
    const { resolved } = (await call.confirm()).call;
    switch (body.grant_type) {
      case "client_credentials":
        return await byClientCredentials(grants, call, resolved, check(body, ClientGrant));
      case "password":
        return await byPassword(
          grants,
          call,
          resolved,
          check(body, PasswordGrant),
          isOAuth ? clientOf(body) : undefined,
        );
      case "inherit":
        return await byName(grants, call, resolved, check(body, InheritGrant));
      case "agora":
        return await byExternalToken(exchange, call, resolved);
      default:
        throw illegal(`grant_type: ${body.grant_type} is not supported`);
    }
  };
}

async function byClientCredentials(
  grants: Grants,
  call: OpenCall,
  resolved: ResolvedApp,
  body: z.infer<typeof ClientGrant>,
): Promise<Reply> {
  call.checkAddress();
  const credentials = { clientId: body.client_id, clientSecret: body.client_secret };
  const token = await grants.clientCredentials(resolved, call.asker(), credentials, body.ttl);
  call.charge();
  return jsonReply({ ...tokenFields(token), application: resolved.app.id }, false);
}

async function byPassword(
  grants: Grants,
  call: OpenCall,
  resolved: ResolvedApp,
  body: z.infer<typeof PasswordGrant>,
  client: ClientCredentials | undefined,
): Promise<Reply> {
  call.checkAddress();
  if (client !== undefined) await grants.checkClient(resolved, call.asker(), client);
  const { user, ...token } = await grants.password(resolved, call.asker(), body, body.ttl);
  call.charge();
  return userReply(token, user);
}

/** The credentials of a client that sends its secret. A public client names only its id, which proves nothing. */
function clientOf(body: z.infer<typeof TokenBody>): ClientCredentials | undefined {
  if (body.client_secret === undefined) return undefined;
  const { client_id, client_secret } = check(body, ClientBody);
  return { clientId: client_id, clientSecret: client_secret };
}

async function byName(
  grants: Grants,
  call: OpenCall,
  resolved: ResolvedApp,
  body: z.infer<typeof InheritGrant>,
): Promise<Reply> {
  const authentication = await call.authenticate();
  call.charge();
  const wanted = { username: body.username, autoCreate: body.autoCreateUser ?? false };
  const { user, ...token } = await grants.inherit(resolved, authentication, wanted, body.ttl);
  return userReply(token, user);
}

/** The answer to this grant has another shape (docs/IDENTITY.md). */
async function byExternalToken(exchange: TokenExchange, call: OpenCall, resolved: ResolvedApp): Promise<Reply> {
  const { token, expires } = await exchange.exchange(resolved, call.bearer, () => call.asker());
  call.charge();
  return jsonReply({ access_token: token, expire_timestamp: expires }, false);
}

function userReply(token: IssuedToken, user: User): Reply {
  return jsonReply({ ...tokenFields(token), user: userEntity(user) }, false);
}

function tokenFields({ token, expiresInSeconds }: IssuedToken): Readonly<Record<string, unknown>> {
  return { access_token: token, token_type: "bearer", expires_in: expiresInSeconds };
}
