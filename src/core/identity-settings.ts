/** Agora Chat (docs/IDENTITY.md): tokens that the team's backend creates from the App ID and an App Certificate. */
export interface AgoraSettings {
  /** 32 hex digits. */
  readonly appId: string;
  /** Absolute path. One certificate per line; during rotation, the old and the new one. */
  readonly certificateFile: string;
}

/** Easemob (docs/IDENTITY.md): tokens that the team's backend creates from the hosted app's client id and secret. */
export interface EasemobSettings {
  readonly clientId: string;
  /** Absolute path. One secret per line; during rotation, the old and the new one. */
  readonly clientSecretFile: string;
}

/** JSON Web Tokens of the team's own identity provider. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** An https: or http: URL, or the absolute path of a file; null = the URL in the issuer's discovery document. */
  readonly jwks: string | null;
  readonly algorithms: readonly JwtAlgorithm[];
  /** The claim that holds the username. */
  readonly userClaim: string;
  /** How to map a claim that is no legal username, such as an e-mail address, to one: see identity/jwt/mapped-name.ts. */
  readonly userClaimMap: UserClaimMap;
  /** A token with this claim set to true, or with this scope in `scope` or `scp`, is an admin's; null = no token is. */
  readonly adminClaim: string | null;
  readonly adminScope: string | null;
}

export const USER_CLAIM_MAPS = ["none", "escape", "hash"] as const;

export type UserClaimMap = (typeof USER_CLAIM_MAPS)[number];

/** Tokens of the hosted service, verified by a call to that service. */
export interface HostedSettings {
  /** The app's URL there, `https://HOST/ORG/APP`, without a trailing slash. */
  readonly url: string;
  /** How long a positive answer stays valid, seconds. */
  readonly cacheSeconds: number;
}

/** The kinds of external tokens that an app accepts beside the server's own; null = not accepted. */
export interface IdentitySettings {
  /** Just-in-time provisioning: create a user, without a password, that an external token names and that does not exist. */
  readonly createOnFirstUse: boolean;
  readonly agora: AgoraSettings | null;
  readonly easemob: EasemobSettings | null;
  readonly oidc: OidcSettings | null;
  readonly hosted: HostedSettings | null;
}

/** Public-key signatures only: read access to the verification keys must not allow anyone to create a token. */
export const JWT_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export const NO_IDENTITY: IdentitySettings = {
  createOnFirstUse: true,
  agora: null,
  easemob: null,
  oidc: null,
  hosted: null,
};

const NO_IDENTITY_TEXT = JSON.stringify(NO_IDENTITY);

/** The stored form; null = `NO_IDENTITY`. */
export function identityText(settings: IdentitySettings): string | null {
  const text = JSON.stringify(settings);
  return text === NO_IDENTITY_TEXT ? null : text;
}

/** The inverse of `identityText`; fills in settings that an earlier version did not store. */
export function identityFrom(text: string | null): IdentitySettings {
  if (text === null) return NO_IDENTITY;
  const { oidc = null, ...settings } = JSON.parse(text) as Partial<IdentitySettings>; // as: only texts of identityText are ever stored
  return { ...NO_IDENTITY, ...settings, oidc: oidc && { ...oidc, userClaimMap: oidc.userClaimMap ?? "none" } };
}
