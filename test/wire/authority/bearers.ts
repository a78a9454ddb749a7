import { randomUUID } from "node:crypto";
import type { Admin } from "../../harness/client.ts";
import { signingPair } from "../../identity/jwt/key-server.ts";
import {
  ADMIN_PRIVILEGE,
  appToken,
  CERTIFICATE,
  NEXT_CERTIFICATE,
  nowSeconds,
  USER_PRIVILEGE,
  unusualToken,
  userToken,
} from "../../identity/vendors/agora-tokens.ts";
import { dynamicToken } from "../../identity/vendors/dynamic-tokens.ts";
import { type HostedService, hostedToken } from "../../identity/vendors/hosted-service.ts";
import { flipBit } from "../flip-bit.ts";
import { ISSUER, providerPair } from "../identity/trusted-app.ts";
import { bearerOf, CALLERS, type CallerKind, type TokenMakers } from "./callers.ts";

/** The states of a token. */
const CONDITIONS = ["good", "expired", "revoked", "deactivated", "deleted", "of another app", "forged"] as const;
type Condition = (typeof CONDITIONS)[number];

/** Those that an admin's token can be in. */
const OF_ADMINS: readonly Condition[] = ["good", "expired", "revoked", "of another app", "forged"];
/** The operator's key is of all apps, and never ends. */
const OF_THE_OPERATOR: readonly Condition[] = ["good", "forged"];

export interface BearerKind {
  readonly name: string;
  readonly caller: CallerKind;
  readonly condition: Condition;
  /** The token is another user's than the one the call is about. */
  readonly isAnother: boolean;
  /** In place of a token. */
  readonly text?: string;
}

export const BEARERS: readonly BearerKind[] = [
  ...CALLERS.flatMap((caller) =>
    conditionsOf(caller).map((condition) => ({
      name: `${caller.name}, ${condition}`,
      caller,
      condition,
      isAnother: false,
    })),
  ),
  ...CALLERS.filter(({ relation }) => relation === "self").map((caller) => ({
    name: `another than ${caller.name}`,
    caller,
    condition: "good" as const,
    isAnother: true,
  })),
  ...CALLERS.filter(({ maker }) => maker === "operator").flatMap((caller) =>
    ["garbage", "YWMtgarbage", "007garbage", "ZHQtgarbage", "eyJgarbage.eyJ.x"].map((text) => ({
      name: text,
      caller,
      condition: "forged" as const,
      isAnother: false,
      text,
    })),
  ),
];

function conditionsOf({ relation, maker }: CallerKind): readonly Condition[] {
  if (relation === "nobody") return ["good"];
  if (maker === "operator") return OF_THE_OPERATOR;
  return relation === "admin" ? OF_ADMINS : CONDITIONS;
}

export interface BearerMakers extends Pick<TokenMakers, "appKey" | "operatorKey" | "hosted"> {
  /** Signed in before the admins' tokens were revoked, and after that. */
  readonly revokedAdmin: string;
  readonly admin: Admin;
  /** A token of the app with a short lifetime; of its admin if no user is named. */
  brief(username: string | undefined): Promise<string>;
  /** Of another app, whose users have the same names. */
  ofOtherApp(username: string | undefined): Promise<string>;
}

/** The clock goes on by more than this before a token is used. */
export const BRIEF_SECONDS = 60;
/** Tokens that will be revoked are made this long before others. */
const MADE_BEFORE_SECONDS = 30;

const otherPair = signingPair(ISSUER, "ES256", "one");

/** @param username the token's user, if it is a user's token */
export async function makeBearer(
  kind: BearerKind,
  username: string,
  makers: BearerMakers,
): Promise<string | undefined> {
  const { caller, condition, text } = kind;
  if (text !== undefined) return text;
  const isGood = condition === "good" || condition === "deactivated" || condition === "deleted";
  if (isGood)
    return await bearerOf(caller, username, {
      ...makers,
      adminToken: makers.admin.token,
      ownToken: makers.admin.tokenOf,
    });
  const named = caller.relation === "self" ? username : undefined;
  switch (caller.maker) {
    case "nobody":
      return undefined;
    case "operator":
      return `${makers.operatorKey.slice(0, -1)}X`;
    case "usermeta":
      return await ownToken(condition, named, makers);
    case "agora":
      return agoraToken(condition, named);
    case "easemob":
      return changedDynamicToken(condition, username, makers.appKey.replace("/", "#"));
    case "provider":
      return await jsonWebToken(condition, named);
    case "hosted":
      return changedHostedToken(condition, username, makers.hosted);
  }
}

async function ownToken(condition: Condition, named: string | undefined, makers: BearerMakers): Promise<string> {
  const { admin, revokedAdmin } = makers;
  if (condition === "expired") return await makers.brief(named);
  if (condition === "of another app") return await makers.ofOtherApp(named);
  if (condition === "revoked") return named === undefined ? revokedAdmin : await admin.tokenOf(named);
  return flipBit(named === undefined ? admin.token : await admin.tokenOf(named), -1);
}

function agoraToken(condition: Condition, named: string | undefined): string {
  const make = (seconds: number, certificate: string) =>
    named === undefined ? appToken(seconds, certificate) : userToken(named, seconds, certificate);
  if (condition === "expired") return make(BRIEF_SECONDS, CERTIFICATE);
  if (condition === "of another app") return userToken(named ?? "", 600, CERTIFICATE, "0".repeat(32));
  if (condition === "forged") return make(600, NEXT_CERTIFICATE);
  const privilege = named === undefined ? ADMIN_PRIVILEGE : USER_PRIVILEGE;
  return unusualToken({
    issued: nowSeconds() - MADE_BEFORE_SECONDS,
    chats: [{ user: named ?? "", privileges: [[privilege, 600]] }],
  });
}

function changedDynamicToken(condition: Condition, user: string, appkey: string): string {
  if (condition === "expired") return dynamicToken({ user, appkey, ttl: BRIEF_SECONDS });
  if (condition === "of another app") return dynamicToken({ user, appkey: "org#elsewhere" });
  if (condition === "forged") return dynamicToken({ user, appkey, secret: "a guess" });
  return dynamicToken({ user, appkey, time: nowSeconds() - MADE_BEFORE_SECONDS });
}

async function jsonWebToken(condition: Condition, named: string | undefined): Promise<string> {
  const who = named === undefined ? { sub: undefined, scope: "profiles:all" } : { sub: named };
  const pair = await (condition === "forged" ? otherPair : providerPair);
  if (condition === "expired") return await pair.sign({ ...who, exp: nowSeconds() + BRIEF_SECONDS });
  if (condition === "of another app") return await pair.sign({ ...who, aud: "https://elsewhere.example" });
  if (condition === "revoked") return await pair.sign({ ...who, iat: nowSeconds() - MADE_BEFORE_SECONDS });
  return await pair.sign(who);
}

function changedHostedToken(condition: Condition, username: string, hosted: HostedService): string {
  if (condition === "expired") return hosted.token(username, { seconds: BRIEF_SECONDS });
  if (condition === "revoked") return hosted.token(username, { issued: Date.now() - MADE_BEFORE_SECONDS * 1000 });
  // One that the service of this app does not know.
  return hostedToken(randomUUID());
}
