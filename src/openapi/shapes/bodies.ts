/** What calls take, as clients are to send it: the shapes that check it, narrowed by what the rules ask for besides. */
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
  .describe("Lifetime in seconds; 0 is permanent. Without it the app's own counts.");
const Versions = z.record(z.string(), z.int()).describe("From username to the `lastModified` that the caller has.");

const AttributesForm = z
  .record(Key, z.string())
  .refine((form) => Object.keys(form).length > 0)
  .meta({ minProperties: 1 })
  .describe("Attributes to add or replace. An empty value removes the key; all other keys stay.");

const MergePatch = z
  .record(Key, z.union([z.string(), z.number(), z.boolean(), z.null()]))
  .describe(
    "A merge patch (RFC 7396). `null`, or an empty text, removes the key. Numbers become the text they are written as, booleans their text.",
  );

const batchGetMembers = {
  properties: z.array(z.string()).nullish().describe("The keys to read. Without it, or with an empty list: all."),
};
const Targets = z.array(z.string()).describe("Usernames, as many as the app's `batchMax` allows.");

const BatchGet = z
  .union([
    z.object({ targets: Targets, versions: Versions.nullish(), ...batchGetMembers }),
    z.object({ targets: Targets.optional(), versions: Versions, ...batchGetMembers }),
  ])
  .describe("Whose attributes to read. With `versions` the answer holds only what has changed since.");

const BatchSet = BatchSetBody.extend({
  targets: z
    .record(z.string(), MergePatch)
    .meta({ maxProperties: BATCH_CEILING })
    .describe("From username to that user's merge patch, as many as the app's `batchMax` allows."),
  versions: Versions.nullish().describe(
    "A user named here, who must be one of `targets`, is changed only on that version.",
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
    TokenBody.extend({ grant_type: z.literal("agora") }).describe("The bearer token is one that others have made."),
  ])
  .describe("`grant_type` decides what else is needed.");

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
  .describe("The same as a form, as OAuth 2 libraries send it. A field without a value counts as left out.");

const Registrant = RegistrantBody.extend({
  username: Username,
  password: Secret,
  nickname: z.string().max(NICKNAME_CHARACTERS_MAX).nullish().describe("The push nickname, which is not an attribute."),
});

const Registration = z
  .union([Registrant, z.array(Registrant).max(REGISTER_BATCH_MAX)])
  .describe("One user, or, with an admin's token, a list of them.");

const NewPassword = PasswordBody.extend({
  newpassword: Secret,
  oldpassword: z.string().nullish().describe("Needed with a user's own token."),
  oldPassword: z.string().nullish().describe("Another spelling of it."),
});

const UnreadBody = z.record(z.string(), z.unknown()).describe("Is not looked at.");

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
