/**
 * Every route of an app, below both its prefixes, `/{org}/{app}` and `/app-id/{app_id}`. `matching.ts` adds what the
 * table leaves out: HEAD, OPTIONS, 405, and users called `get` or `capacity`.
 */
import type { Operation } from "../../core/access.ts";
import type { Accounts } from "../../core/accounts/accounts.ts";
import type { Metadata } from "../../core/metadata/metadata.ts";
import type { Bucket } from "../../core/rate-limit-status.ts";
import type { RateLimiter } from "../../core/rates/rate-limiter.ts";
import type { Grants } from "../../core/tokens/grants.ts";
import type { TokenExchange } from "../../core/tokens/token-exchange.ts";
import type { BodyHandler, Handler, Method, OpenHandler, Route } from "../call.ts";
import { companionRoutes } from "../companion/companion-routes.ts";
import { deleteMetadata } from "../handlers/metadata/delete-metadata.ts";
import { getCapacity } from "../handlers/metadata/get-capacity.ts";
import { getLimits } from "../handlers/metadata/get-limits.ts";
import { getManyMetadata } from "../handlers/metadata/get-many-metadata.ts";
import { getMetadata } from "../handlers/metadata/get-metadata.ts";
import { setManyMetadata } from "../handlers/metadata/set-many-metadata.ts";
import { patchMetadata, setMetadata } from "../handlers/metadata/set-metadata.ts";
import { createToken } from "../handlers/tokens/create-token.ts";
import { getTokenExpiry } from "../handlers/tokens/get-token-expiry.ts";
import { activateUser } from "../handlers/users/activate-user.ts";
import { changePassword } from "../handlers/users/change-password.ts";
import { createUsers } from "../handlers/users/create-users.ts";
import { deactivateUser } from "../handlers/users/deactivate-user.ts";
import { deleteUser } from "../handlers/users/delete-user.ts";
import { deleteUsers } from "../handlers/users/delete-users.ts";
import { getUser } from "../handlers/users/get-user.ts";
import { listUsers } from "../handlers/users/list-users.ts";

export interface Rules {
  readonly metadata: Metadata;
  readonly accounts: Accounts;
  readonly grants: Grants;
  readonly exchange: TokenExchange;
  readonly rateLimiter: RateLimiter;
}

/**
 * All routes but the `open` ones need a valid token and the permission for the operation named (core/access.ts). The
 * permission is checked before the body is read, when it is complete, and by the rule that carries it out.
 */
export function appRoutes(rules: Rules): readonly Route[] {
  return [
    metadata("PUT", "/metadata/user/{username}", "set", "setMetadata", setMetadata(rules)),
    metadata("GET", "/metadata/user/{username}", "read", "getMetadata", getMetadata(rules)),
    metadata("DELETE", "/metadata/user/{username}", "remove", "removeMetadata", deleteMetadata(rules)),
    metadata("PATCH", "/metadata/user/{username}", "set", "setMetadata", patchMetadata(rules)),
    metadata("POST", "/metadata/user/get", "batch", "getManyMetadata", getManyMetadata(rules)),
    metadata("POST", "/metadata/user/set", "set", "setManyMetadata", setManyMetadata(rules)),
    metadata("GET", "/metadata/user/capacity", "read", "capacity", getCapacity(rules)),
    metadata("GET", "/metadata/limits", "read", "readLimits", getLimits(rules)),

    open("POST", "/token", "token", createToken(rules)),

    open("POST", "/users", "users", createUsers(rules)),
    account("GET", "/users", "users", "listUsers", listUsers(rules)),
    account("DELETE", "/users", "users", "deleteUsers", deleteUsers(rules)),
    account("GET", "/users/{username}", "users", "readUser", getUser(rules)),
    account("DELETE", "/users/{username}", "users", "deleteUsers", deleteUser(rules)),
    account("PUT", "/users/{username}/password", "users", "changePassword", changePassword(rules)),
    account("POST", "/users/{username}/deactivate", "users", "activateUser", deactivateUser(rules)),
    account("POST", "/users/{username}/activate", "users", "activateUser", activateUser(rules)),
    account("GET", "/sdk/users/{username}/token/expires", "users", "readTokenExpiry", getTokenExpiry()),

    ...companionRoutes(),
  ];
}

type AnyHandler = Handler | BodyHandler;

function metadata(method: Method, path: string, bucket: Bucket, operation: Operation, handler: AnyHandler): Route {
  return { method, path, bearer: "needed", bucket, family: "metadata", operation, handler };
}

function account(method: Method, path: string, bucket: Bucket, operation: Operation, handler: AnyHandler): Route {
  return { method, path, bearer: "needed", bucket, family: "account", operation, handler };
}

function open(method: Method, path: string, bucket: Bucket, handler: OpenHandler): Route {
  return { method, path, bearer: "optional", bucket, family: "account", handler };
}
