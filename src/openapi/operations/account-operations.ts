import { ADA, ANSWERED, APP_ID, CURSOR, envelopeExample, timedExample } from "../sample-values.ts";
import type { Operation } from "./operation.ts";

const JSON_TYPE = "application/json";
const TOKEN = { access_token: "YWMtAXc0Zk5n…", token_type: "bearer", expires_in: 5_184_000 };
const PAGE = envelopeExample("get", "/users", { entities: [ADA] }, { count: 1, cursor: CURSOR });

const CLIENT = { client_id: "CLIENT_ID", client_secret: "CLIENT_SECRET" };
const USER = { username: "ada", password: "secret" };

const REGISTRANT_REFUSALS = [
  "user_name_illegal",
  "user_name_too_long",
  "password_missing",
  "password_too_long",
  "nickname_too_long",
] as const;

/** Keyed by method and path of the route table. */
export const ACCOUNT_OPERATIONS: Readonly<Record<string, Operation>> = {
  "POST /token": {
    operationId: "createToken",
    summary: "Get a token",
    description:
      "The body is JSON or a form, with any content type. `Authorization: Basic` can replace `client_id` and `client_secret`.",
    body: {
      content: {
        [JSON_TYPE]: {
          schema: "TokenRequest",
          examples: {
            admin: { summary: "For a backend", value: { grant_type: "client_credentials", ...CLIENT, ttl: 3600 } },
            user: { summary: "For a user, with a password", value: { grant_type: "password", ...USER } },
            inherit: {
              summary: "For a user, with an admin's token",
              value: { grant_type: "inherit", username: "ada", autoCreateUser: true },
            },
            agora: { summary: "In exchange for an external token", value: { grant_type: "agora" } },
          },
        },
        "application/x-www-form-urlencoded": {
          schema: "TokenForm",
          examples: {
            admin: { summary: "For a backend", value: { grant_type: "client_credentials", ...CLIENT } },
            user: { summary: "For a user, with a password", value: { grant_type: "password", ...USER } },
          },
        },
      },
    },
    answer: {
      description: "A token.",
      schema: "Token",
      examples: {
        admin: { summary: "An admin token", value: { ...TOKEN, application: APP_ID } },
        user: { summary: "A user token", value: { ...TOKEN, user: ADA } },
        agora: {
          summary: "An exchanged token",
          value: { access_token: TOKEN.access_token, expire_timestamp: ANSWERED },
        },
      },
    },
    refusals: [
      "client_id_wrong",
      "client_secret_wrong",
      "password_wrong",
      "grant_user_unknown",
      "grant_user_deactivated",
      "user_name_illegal",
      "user_name_too_long",
      "no_grant",
      "json_malformed",
      "not_permitted",
    ],
  },
  "POST /users": {
    operationId: "createUsers",
    summary: "Register users",
    description:
      "The body is JSON, with any content type. If some users of a list fail, `data` lists them, and the others are registered.",
    body: {
      content: {
        [JSON_TYPE]: {
          schema: "Registration",
          examples: {
            one: { summary: "One user", value: { username: "new1", password: "secret", nickname: "New" } },
            several: {
              summary: "Several",
              value: [
                { username: "new2", password: "secret" },
                { username: "ada", password: "secret" },
              ],
            },
          },
        },
      },
    },
    answer: {
      description: "The registered users.",
      schema: "Users",
      examples: {
        one: { summary: "One user", value: envelopeExample("post", "/users", { entities: [ADA] }) },
        several: {
          summary: "One of two",
          value: envelopeExample(
            "post",
            "/users",
            { entities: [ADA] },
            { data: [{ username: "bob", registerUserFailReason: "the bob already exists" }] },
          ),
        },
      },
    },
    refusals: [
      ...REGISTRANT_REFUSALS,
      "user_taken",
      "users_too_many",
      "no_username",
      "json_malformed",
      "registration_closed",
      "not_permitted",
    ],
  },
  "GET /users": {
    operationId: "listUsers",
    summary: "List users",
    description: "In order of creation, in pages.",
    parameters: ["limit", "cursor"],
    answer: {
      description: "A page of users.",
      schema: "Users",
      examples: { page: { summary: "A page", value: PAGE } },
    },
    refusals: ["no_limit", "no_cursor"],
  },
  "DELETE /users": {
    operationId: "deleteUsers",
    summary: "Delete users",
    description: "Deletes a page of users, the oldest first, with their attributes and tokens.",
    parameters: ["limit", "cursor"],
    answer: {
      description: "The deleted users.",
      schema: "Users",
      examples: {
        page: { summary: "One user", value: envelopeExample("delete", "/users", { entities: [ADA] }, { count: 1 }) },
      },
    },
    refusals: ["no_limit", "no_cursor"],
  },
  "GET /users/{username}": {
    operationId: "getUser",
    summary: "Get a user",
    answer: {
      description: "The user.",
      schema: "Users",
      examples: {
        user: { summary: "A user", value: envelopeExample("get", "/users", { entities: [ADA] }, { count: 1 }) },
      },
    },
    refusals: ["user_unknown"],
  },
  "DELETE /users/{username}": {
    operationId: "deleteUser",
    summary: "Delete a user",
    description: "Also deletes the user's attributes and tokens.",
    answer: {
      description: "The deleted users.",
      schema: "Users",
      examples: { user: { summary: "A user", value: envelopeExample("delete", "/users", { entities: [ADA] }) } },
    },
    refusals: ["user_unknown"],
  },
  "PUT /users/{username}/password": {
    operationId: "changePassword",
    summary: "Change a password",
    description: "The body is JSON, with any content type. All tokens of the user are revoked.",
    body: {
      content: {
        [JSON_TYPE]: {
          schema: "NewPassword",
          examples: {
            admin: { summary: "By an admin", value: { newpassword: "better" } },
            user: { summary: "By the user", value: { newpassword: "better", oldpassword: "secret" } },
          },
        },
      },
    },
    answer: {
      description: "The password was changed.",
      schema: "PasswordChanged",
      examples: { changed: { summary: "Changed", value: timedExample({ action: "set user password" }) } },
    },
    refusals: [
      "new_password_missing",
      "old_password_missing",
      "password_too_long",
      "password_wrong",
      "no_text",
      "json_malformed",
      "password_user_unknown",
    ],
  },
  "POST /users/{username}/deactivate": {
    operationId: "deactivateUser",
    summary: "Deactivate a user",
    description: "All tokens of the user are revoked, and no new ones are issued.",
    answer: {
      description: "The user was deactivated.",
      schema: "UserDeactivated",
      examples: {
        user: {
          summary: "A user",
          value: timedExample({ action: "Deactivate user", entities: [{ ...ADA, activated: false }] }),
        },
      },
    },
    refusals: ["user_unknown"],
  },
  "POST /users/{username}/activate": {
    operationId: "activateUser",
    summary: "Activate a user",
    description: "Revoked tokens stay revoked.",
    answer: {
      description: "The user was activated.",
      schema: "UserActivated",
      examples: { user: { summary: "A user", value: timedExample({ action: "activate user" }) } },
    },
    refusals: ["user_unknown"],
  },
  "GET /sdk/users/{username}/token/expires": {
    operationId: "getTokenExpiry",
    summary: "Get the token's expiry time",
    description: "For the bearer token of this call.",
    answer: {
      description: "The expiry time.",
      schema: "TokenExpiry",
      examples: {
        expiry: { summary: "An expiry time", value: timedExample({ expire_timestamp: ANSWERED + 5_184_000_000 }) },
      },
    },
    refusals: [],
  },
};
