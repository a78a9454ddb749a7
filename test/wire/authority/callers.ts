import { isAllowed, type Operation, type Relation } from "../../../src/core/access.ts";
import { appToken, userToken } from "../../identity/vendors/agora-tokens.ts";
import { dynamicToken } from "../../identity/vendors/dynamic-tokens.ts";
import type { HostedService } from "../../identity/vendors/hosted-service.ts";
import { providerPair } from "../identity/trusted-app.ts";

/** The issuer of the caller's token; "nobody": the caller shows none, or it is in the body. */
export type Maker = "nobody" | "usermeta" | "operator" | "agora" | "easemob" | "provider" | "hosted";

export interface CallerKind {
  readonly name: string;
  /** "self": the user that the call is about. */
  readonly relation: Extract<Relation, "nobody" | "self" | "admin">;
  readonly maker: Maker;
}

export const UNAUTHENTICATED: CallerKind = { name: "nobody", relation: "nobody", maker: "nobody" };

/** Every kind of caller; core/access.ts decides what each may do. */
export const CALLERS: readonly CallerKind[] = [
  UNAUTHENTICATED,
  { name: "the user", relation: "self", maker: "usermeta" },
  { name: "an admin", relation: "admin", maker: "usermeta" },
  { name: "the operator", relation: "admin", maker: "operator" },
  { name: "the user by Agora's token", relation: "self", maker: "agora" },
  { name: "an admin by Agora's token", relation: "admin", maker: "agora" },
  { name: "the user by a dynamic token", relation: "self", maker: "easemob" },
  { name: "the user by a JWT", relation: "self", maker: "provider" },
  { name: "an admin by a JWT", relation: "admin", maker: "provider" },
  { name: "the user by the hosted service's token", relation: "self", maker: "hosted" },
];

/** Whether another issuer than usermeta makes the caller's tokens. */
export function isTrusted({ maker }: CallerKind): boolean {
  return maker === "agora" || maker === "easemob" || maker === "provider" || maker === "hosted";
}

/** In an app with open registration. */
export function mayCall({ relation }: CallerKind, operation: Operation): boolean {
  return isAllowed(operation, relation, { dialect: "2021", registration: "open" });
}

export interface TokenMakers {
  readonly appKey: string;
  readonly operatorKey: string;
  readonly adminToken: string;
  readonly hosted: HostedService;
  /** By our own `inherit`. */
  ownToken(username: string): Promise<string>;
}

/** The token that the caller shows; undefined for "nobody". @param username the user that the call is about */
export async function bearerOf(
  { relation, maker }: CallerKind,
  username: string,
  makers: TokenMakers,
): Promise<string | undefined> {
  const isAdmin = relation === "admin";
  switch (maker) {
    case "nobody":
      return undefined;
    case "usermeta":
      return isAdmin ? makers.adminToken : await makers.ownToken(username);
    case "operator":
      return makers.operatorKey;
    case "agora":
      return isAdmin ? appToken() : userToken(username);
    case "easemob":
      return dynamicToken({ user: username, appkey: makers.appKey.replace("/", "#") });
    case "provider":
      return await (await providerPair).sign(isAdmin ? { sub: undefined, scope: "profiles:all" } : { sub: username });
    case "hosted":
      return makers.hosted.token(username);
  }
}
