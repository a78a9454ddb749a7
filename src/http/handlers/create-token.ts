import { z } from "zod";
import type { Grants } from "../../core/grants.ts";
import type { User } from "../../core/model.ts";
import { illegal } from "../../core/refusals.ts";
import type { ServedApp } from "../../core/registry.ts";
import type { TokenExchange } from "../../core/token-exchange.ts";
import type { IssuedToken } from "../../core/tokens.ts";
import { check, readJson } from "../bodies/read-json.ts";
import { SMALL_BODY_BYTES_MAX } from "../bodies/request-body.ts";
import type { OpenCall, OpenHandler } from "../call.ts";
import { jsonReply, type Reply } from "../reply.ts";
import { userEntity } from "../user-entity.ts";

/** Seconds, as a number or as text; 0 = permanent, absent = the app's own (protocol.md § 2.1). */
const Ttl = z
  .union([z.number(), z.string().trim().regex(/^\d+$/).transform(Number)])
  .pipe(z.number().int().min(0))
  .nullish()
  .transform((seconds) => seconds ?? undefined);

const AnyBody = z.object({ grant_type: z.string() }).loose();
const ClientCredentials = z.object({ client_id: z.string(), client_secret: z.string(), ttl: Ttl });
const Password = z.object({ username: z.string(), password: z.string(), ttl: Ttl });
const Inherit = z.object({ username: z.string(), autoCreateUser: z.boolean().nullish(), ttl: Ttl });

/**
 * POST …/token (protocol.md § 2). A call counts in the app's rate once it has shown that it may have a token. A known
 * bearer is no way around what its address may fail: only grants that use it leave that alone.
 */
export function createToken({ grants, exchange }: { grants: Grants; exchange: TokenExchange }): OpenHandler {
  return async (call) => {
    call.checkRate();
    const body = await readJson(call, AnyBody, SMALL_BODY_BYTES_MAX);
    // As the app is now: it may take other tokens than when the head came, or be gone.
    const { served } = (await call.confirm()).call;
    switch (body.grant_type) {
      case "client_credentials":
        return await byClientCredentials(grants, call, served, check(body, ClientCredentials));
      case "password":
        return await byPassword(grants, call, served, check(body, Password));
      case "inherit":
        return await byName(grants, call, served, check(body, Inherit));
      case "agora":
        return await byTrustedToken(exchange, call, served);
      default:
        throw illegal(`grant_type: ${body.grant_type} is not supported`);
    }
  };
}

async function byClientCredentials(
  grants: Grants,
  call: OpenCall,
  served: ServedApp,
  body: z.infer<typeof ClientCredentials>,
): Promise<Reply> {
  call.checkStranger();
  const credentials = { clientId: body.client_id, clientSecret: body.client_secret };
  const token = await grants.clientCredentials(served, call.asker(), credentials, body.ttl);
  call.charge();
  return jsonReply({ ...tokenFields(token), application: served.app.id }, false);
}

async function byPassword(
  grants: Grants,
  call: OpenCall,
  served: ServedApp,
  body: z.infer<typeof Password>,
): Promise<Reply> {
  call.checkStranger();
  const { user, ...token } = await grants.password(served, call.asker(), body, body.ttl);
  call.charge();
  return userReply(token, user);
}

async function byName(
  grants: Grants,
  call: OpenCall,
  served: ServedApp,
  body: z.infer<typeof Inherit>,
): Promise<Reply> {
  const identity = await call.identify();
  call.charge();
  const wanted = { username: body.username, autoCreate: body.autoCreateUser ?? false };
  const { user, ...token } = await grants.inherit(served, identity, wanted, body.ttl);
  return userReply(token, user);
}

/** The answer of this one grant has another shape (protocol.md § 2.5). */
async function byTrustedToken(exchange: TokenExchange, call: OpenCall, served: ServedApp): Promise<Reply> {
  const { token, expires } = await exchange.exchange(served, call.bearer, () => call.asker());
  call.charge();
  return jsonReply({ access_token: token, expire_timestamp: expires }, false);
}

function userReply(token: IssuedToken, user: User): Reply {
  return jsonReply({ ...tokenFields(token), user: userEntity(user) }, false);
}

function tokenFields({ token, expiresInSeconds }: IssuedToken): Readonly<Record<string, unknown>> {
  return { access_token: token, expires_in: expiresInSeconds };
}
