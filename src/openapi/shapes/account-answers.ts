import { z } from "zod";
import { TTL_SECONDS_MAX } from "../../core/tokens/tokens.ts";
import { count, ms, timed } from "./envelope.ts";
import { Username } from "./username.ts";

const User = z
  .object({
    uuid: z.string().meta({ format: "uuid" }),
    type: z.literal("user"),
    created: ms(),
    modified: ms(),
    username: Username,
    activated: z.boolean().describe("Deactivated users get no tokens."),
    nickname: z.string().optional().describe("The push nickname, which is not an attribute."),
  })
  .describe("A user of an app.");

const tokenMembers = {
  access_token: z.string().describe("Opaque text."),
  token_type: z.literal("bearer"),
  expires_in: z.int().min(0).max(TTL_SECONDS_MAX).describe("Seconds; 2147483647 is permanent."),
};

const AdminToken = z
  .object({ ...tokenMembers, application: z.string().meta({ format: "uuid" }).describe("The app's UUID.") })
  .describe("For `client_credentials`: the token of an admin of the app.");
const UserToken = z
  .object({ ...tokenMembers, user: User })
  .describe("For `password` and `inherit`: the token of a user.");
const ExchangedToken = z
  .object({ access_token: tokenMembers.access_token, expire_timestamp: ms("The expiry time.") })
  .describe("For `agora`.");
const Token = z.union([AdminToken, UserToken, ExchangedToken]).describe("Depends on the grant.");

/** The envelope of the user calls and the companion calls. */
export const ENVELOPE = {
  action: z.enum(["post", "get", "delete"]),
  application: z.string().meta({ format: "uuid" }).describe("The app's UUID."),
  path: z.string().describe("The path below the app."),
  uri: z.string().describe("The URL of the request."),
  organization: z.string(),
  applicationName: z.string(),
};

const Users = timed({
  ...ENVELOPE,
  entities: z.array(User),
  count: count("Number of users in this answer.", true).optional(),
  cursor: z.string().optional().describe("Send it to get the next page. The last page has none."),
  data: z
    .array(z.object({ username: z.string(), registerUserFailReason: z.string() }))
    .optional()
    .describe("For a list: the users that were not registered, and why."),
});

export const ACCOUNT_ANSWERS = {
  User,
  Token,
  AdminToken,
  UserToken,
  ExchangedToken,
  Users,
  PasswordChanged: timed({ action: z.literal("set user password") }),
  UserActivated: timed({ action: z.literal("activate user") }),
  UserDeactivated: timed({ action: z.literal("Deactivate user"), entities: z.array(User) }),
  TokenExpiry: timed({ expire_timestamp: ms("The expiry time of the bearer token of this call.") }),
};
