import type { AppCredentials } from "../../../core/apps/apps.ts";
import type { IdentitySettings, OidcSettings } from "../../../core/identity-settings.ts";
import type { App } from "../../../core/model.ts";

/** An app as JSON, without secrets. Null = the server's own setting. */
export function appJson(app: App): Readonly<Record<string, unknown>> {
  const { key, id, clientId, created, dialect, registration, conflicts, tokenTtlSeconds, identity } = app;
  const { companionCalls, checkExt } = app;
  const { userBytesMax, appBytesMax, batchMax, ratePerSecond } = app;
  return {
    app: key,
    id,
    clientId,
    created: new Date(created).toISOString(),
    userBytesMax,
    appBytesMax,
    batchMax,
    ratePerSecond,
    dialect,
    registration,
    conflicts,
    companionCalls,
    checkExt,
    tokenTtlSeconds,
    identity,
  };
}

/** An app as the fields of a table for people. */
export function appFields(app: App): Readonly<Record<string, string>> {
  return {
    app: app.key,
    id: app.id,
    "client id": app.clientId,
    created: new Date(app.created).toISOString(),
    "bytes a user": setting(app.userBytesMax),
    "bytes in all": setting(app.appBytesMax),
    "users a batch": setting(app.batchMax),
    "calls a second": app.ratePerSecond === 0 ? "without limit" : setting(app.ratePerSecond),
    dialect: app.dialect,
    registration: setting(app.registration),
    conflicts: app.conflicts,
    "companion calls": onOff(app.companionCalls),
    "ext checked": onOff(app.checkExt),
    "token lifetime": app.tokenTtlSeconds === 0 ? "permanent" : `${app.tokenTtlSeconds} s`,
    ...identityFields(app.identity),
  };
}

/** The kinds of external tokens that the app accepts. Shows the paths of secret files, never their contents. */
function identityFields({ createOnFirstUse, agora, easemob, oidc, hosted }: IdentitySettings) {
  const takesOthers = [agora, easemob, oidc, hosted].some((part) => part !== null);
  return {
    ...(agora === null ? {} : { "Agora's tokens": `${agora.appId}, certificates in ${agora.certificateFile}` }),
    ...(easemob === null ? {} : { "dynamic tokens": `${easemob.clientId}, secrets in ${easemob.clientSecretFile}` }),
    ...(oidc === null ? {} : { "JSON Web Tokens": `${oidc.issuer} for ${oidc.audience}, user in ${userClaim(oidc)}` }),
    ...(hosted === null ? {} : { "hosted tokens": `${hosted.url} (experimental), cached ${hosted.cacheSeconds} s` }),
    ...(takesOthers ? { "new users": createOnFirstUse ? "created on first use" : "refused" } : {}),
  };
}

function userClaim({ userClaim: name, userClaimMap }: OidcSettings): string {
  return userClaimMap === "none" ? name : `${name} (${userClaimMap})`;
}

export function credentialFields({ clientId, clientSecret }: AppCredentials): Readonly<Record<string, string>> {
  return { "client id": clientId, "client secret": clientSecret };
}

export const SECRET_NOTE = "Keep the secret: it is stored as a hash and cannot be shown again.\n";

function onOff(isOn: boolean): string {
  return isOn ? "on" : "off";
}

function setting(value: number | string | null): string {
  return value === null ? "default" : String(value);
}
