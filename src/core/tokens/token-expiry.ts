import { permit } from "../access.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import type { UserName } from "../model.ts";
import type { Authentication } from "./authentication.ts";
import { TTL_SECONDS_MAX } from "./tokens.ts";

/** When the caller's own token expires, in ms since 1970; a permanent one's longest lifetime counts from its issue. */
export function tokenExpiry(
  { access }: ResolvedApp,
  { caller, issued, expires }: Authentication,
  target: UserName | undefined,
): number {
  permit("readTokenExpiry", caller, target, access);
  return Number.isFinite(expires) ? expires : issued + TTL_SECONDS_MAX * 1000;
}
