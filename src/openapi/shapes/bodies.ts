/** The bodies that clients should send: the shapes that the server checks, narrowed by what its rules require. */
import { z } from "zod";
import {
  BATCH_CEILING,
  NICKNAME_CHARACTERS_MAX,
  PASSWORD_CHARACTERS_MAX,
  REGISTER_BATCH_MAX,
} from "../../core/limits.ts";
import { BatchSetBody } from "../../http/bodies/shapes/batch-set-body.ts";
import { PasswordBody } from "../../http/bodies/shapes/password-body.ts";
import { RegistrantBody } from "../../http/bodies/shapes/registrant-body.ts";
import { ClientGrant, InheritGrant, PasswordGrant, TokenBody } from "../../http/bodies/shapes/token-body.ts";
import { Username } from "./username.ts";

const Key = z.string().min(1);
const Secret = z.string().min(1).max(PASSWORD_CHARACTERS_MAX).meta({ format: "password" });
const Ttl = z
  .union([z.int().min(0), z.string().regex(/^\d{1,15}$/), z.null()])
  .describe("Lifetime in seconds; 0 is permanent. Defaults to the app's setting.");
const Versions = z.record(z.string(), z.int()).describe("`lastModified` of the client's copies, by username.");

const AttributesForm = z
  .record(Key, z.string())
  .refine((form) => Object.keys(form).length > 0)
  .meta({ minProperties: 1 })
  .describe("Attributes to add or replace. An empty value removes the key; all other keys stay.");

const MergePatch = z
  .record(Key, z.union([z.string(), z.number(), z.boolean(), z.null()]))
  .describe(
    "A merge patch (RFC 7396). `null` or an empty text removes the key. Numbers and booleans are stored as text, exactly as written.",
  );

const batchGetMembers = {
  properties: z.array(z.string()).nullish().describe("The keys to read. Defaults to all; so does an empty list."),
};
const Targets = z.array(z.string()).describe("Usernames, as many as the app's `batchMax` allows.");

const BatchGet = z
  .union([
    z.object({ targets: Targets, versions: Versions.nullish(), ...batchGetMembers }),
    z.object({ targets: Targets.optional(), versions: Versions, ...batchGetMembers }),
  ])
  .describe(
    "The users whose attributes to read. With `versions` the answer has only attributes that have changed since.",
  );

const BatchSet = BatchSetBody.extend({
  targets: z
    .record(z.string(), MergePatch)
    .meta({ maxProperties: BATCH_CEILING })
    .describe("Merge patches by username, as many as the app's `batchMax` allows."),
  versions: Versions.nullish().describe(
    "Users named here must also be in `targets`. They are changed only if they still have that version.",
  ),
  atomic: BatchSetBody.shape.atomic.describe("All or nothing."),
});

const TokenRequest = z
  .union([
    ClientGrant.extend({ grant_type: z.literal("client_credentials"), ttl: Ttl.optional() }),
    PasswordGrant.extend({ grant_type: z.literal("password"), ttl: Ttl.optional() }),
    InheritGrant.extend({ grant_type: z.literal("inherit"), ttl: Ttl.optional() }).describe(
      "Needs an admin's bearer token.",
    ),
    TokenBody.extend({ grant_type: z.literal("agora") }).describe("The bearer token is an external token."),
  ])
  .describe("`grant_type` determines the other fields.");

const TokenForm = z
  .object({
    grant_type: z.enum(["client_credentials", "password", "inherit", "agora"]),
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
    username: z.string().optional(),
    password: z.string().optional(),
    autoCreateUser: z.enum(["true", "false"]).optional(),
    ttl: z.string().regex(/^\d*$/).optional(),
  })
  .describe("The same as a form, as OAuth 2 libraries send it. A field without a value counts as omitted.");

const Registrant = RegistrantBody.extend({
  username: Username,
  password: Secret,
  nickname: z.string().max(NICKNAME_CHARACTERS_MAX).nullish().describe("The push nickname, which is not an attribute."),
});

const Registration = z
  .union([Registrant, z.array(Registrant).max(REGISTER_BATCH_MAX)])
  .describe("One user or, with an admin's token, a list of users.");

const NewPassword = PasswordBody.extend({
  newpassword: Secret,
  oldpassword: z.string().nullish().describe("Required with a user's own token."),
  oldPassword: z.string().nullish().describe("Another spelling of `oldpassword`."),
});

const UnreadBody = z.record(z.string(), z.unknown()).describe("Ignored.");

export const BODY_SHAPES = {
  Ttl,
  Versions,
  AttributesForm,
  MergePatch,
  BatchGet,
  BatchSet,
  TokenRequest,
  TokenForm,
  Registrant,
  Registration,
  NewPassword,
  UnreadBody,
};
