import { z } from "zod";

/** Seconds, as a number or as text; 0 = permanent, absent = the app's default (docs/PROTOCOL.md § Tokens). */
const Ttl = z
  .union([z.number(), z.string().trim().regex(/^\d+$/).transform(Number)])
  .pipe(z.number().int().min(0))
  .nullish()
  .transform((seconds) => seconds ?? undefined);

/** Common to all token requests; the grant decides on further fields. */
export const TokenBody = z.object({ grant_type: z.string() }).loose();
export const ClientBody = z.object({ client_id: z.string(), client_secret: z.string() });
export const ClientGrant = ClientBody.extend({ ttl: Ttl });
export const PasswordGrant = z.object({ username: z.string(), password: z.string(), ttl: Ttl });
export const InheritGrant = z.object({ username: z.string(), autoCreateUser: z.boolean().nullish(), ttl: Ttl });
