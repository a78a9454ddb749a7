import { EXT_REASON } from "../../core/metadata/ext-refused.ts";
import type { Refused } from "../../core/refusals.ts";
import type { AnyRefused, ERRORS } from "../../http/answers/errors.ts";
import { APP_ID, VERSION } from "../sample-values.ts";

/** One refusal of each kind, for the examples of errors. A new code must have a row here to compile. */
const BY_CODE = {
  token_missing: { code: "token_missing" },
  token_expired: { code: "token_expired" },
  token_malformed: { code: "token_malformed" },
  token_unknown: { code: "token_unknown" },
  token_of_other_app: { code: "token_of_other_app" },
  client_id_wrong: { code: "client_id_wrong" },
  client_secret_wrong: { code: "client_secret_wrong" },
  password_wrong: { code: "password_wrong" },
  grant_user_unknown: { code: "grant_user_unknown" },
  grant_user_deactivated: { code: "grant_user_deactivated" },
  not_permitted: { code: "not_permitted" },
  read_not_permitted: { code: "read_not_permitted" },
  registration_closed: { code: "registration_closed" },
  set_user_unknown: { code: "set_user_unknown" },
  get_user_unknown: { code: "get_user_unknown" },
  user_bytes_exceeded: { code: "user_bytes_exceeded", bytesMax: 2048, used: 2000, attempted: 2100 },
  app_bytes_exceeded: {
    code: "app_bytes_exceeded",
    bytesMax: 10_737_418_240,
    used: 10_737_418_200,
    attempted: 10_737_418_300,
  },
  set_conflict: { code: "set_conflict" },
  precondition_failed: { code: "precondition_failed", stored: VERSION, differingJson: '{"nickname":"Ada L."}' },
  batch_refused: { code: "batch_refused", refused: new Map([["ada", { code: "set_conflict" }]]) },
  batch_too_large: { code: "batch_too_large", batchMax: 100 },
  user_name_illegal: { code: "user_name_illegal", name: "ada l" },
  user_name_too_long: { code: "user_name_too_long" },
  user_taken: { code: "user_taken", name: "ada", appId: APP_ID },
  users_too_many: { code: "users_too_many", count: 61, countMax: 60 },
  user_unknown: { code: "user_unknown" },
  password_user_unknown: { code: "password_user_unknown" },
  password_missing: { code: "password_missing" },
  password_too_long: { code: "password_too_long" },
  new_password_missing: { code: "new_password_missing" },
  old_password_missing: { code: "old_password_missing" },
  nickname_too_long: { code: "nickname_too_long" },
  app_unknown: { code: "app_unknown" },
  argument_illegal: { code: "argument_illegal", reason: "targets: not a list of texts" },
  json_malformed: { code: "json_malformed" },
  rate_exceeded: { code: "rate_exceeded", retryAfterMs: 1000, rateLimit: undefined },
  busy: { code: "busy", retryAfterMs: 1000 },
  route_unknown: { code: "route_unknown" },
  pages_missing: { code: "pages_missing" },
  method_not_allowed: { code: "method_not_allowed", allow: "GET, HEAD, OPTIONS" },
  body_too_large: { code: "body_too_large" },
  body_late: { code: "body_late" },
  media_type_unsupported: { code: "media_type_unsupported", header: "charset", value: "klingon", isJson: false },
  internal: { code: "internal" },
} as const satisfies { readonly [Code in keyof typeof ERRORS]: AnyRefused & { code: Code } };

/** Refusals that deserve further examples. */
const FURTHER = {
  no_attribute: { code: "argument_illegal", reason: "the request body holds no attributes" },
  no_entity_tag: {
    code: "argument_illegal",
    reason: "If-Match is neither * nor a list of entity tags in quotes",
  },
  no_key: { code: "argument_illegal", reason: "properties: an attribute has no key" },
  no_grant: { code: "argument_illegal", reason: "grant_type: refresh_token is not supported" },
  no_username: { code: "argument_illegal", reason: "Entity user requires a property named username" },
  no_text: { code: "argument_illegal", reason: "newpassword: Invalid input: expected string, received number" },
  no_limit: { code: "argument_illegal", reason: "limit: not a whole number above 0" },
  no_cursor: { code: "argument_illegal", reason: "cursor: not one of ours" },
  no_dialect: { code: "argument_illegal", reason: "dialect: neither 2021 nor 2026" },
  json_for_form: {
    code: "media_type_unsupported",
    header: "Content-Type",
    value: "application/json",
    isJson: true,
  },
  batch_user_illegal: batchOf({ code: "argument_illegal", reason: EXT_REASON }),
  batch_user_too_large: batchOf(BY_CODE.user_bytes_exceeded),
  batch_app_too_large: batchOf(BY_CODE.app_bytes_exceeded),
  batch_user_unknown: batchOf(BY_CODE.set_user_unknown),
  batch_user_not_of_version: batchOf(BY_CODE.precondition_failed),
} as const satisfies Readonly<Record<string, AnyRefused>>;

function batchOf(refused: Refused) {
  return { code: "batch_refused", refused: new Map([["ada", refused]]) } as const;
}

export const SAMPLES: Readonly<Record<SampleName, AnyRefused>> = { ...BY_CODE, ...FURTHER };

export type SampleName = keyof typeof BY_CODE | keyof typeof FURTHER;
