/** Agora Chat (protocol.md § 2.5): tokens that the team's backend builds from the App ID and an App Certificate. */
export interface AgoraSettings {
  /** 32 hex digits. */
  readonly appId: string;
  /** Absolute path; one certificate a line, while one is rotated both. */
  readonly certificateFile: string;
}

/** Easemob (protocol.md § 2.4): tokens that the team's backend makes from the hosted app's client id and secret. */
export interface EasemobSettings {
  readonly clientId: string;
  /** Absolute path; one secret a line, while one is rotated both. */
  readonly clientSecretFile: string;
}

/** JSON Web Tokens of the team's own identity provider. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** An https: or http: URL, or the absolute path of a file; null = what the issuer's discovery document names. */
  readonly jwks: string | null;
  readonly algorithms: readonly JwtAlgorithm[];
  /** The claim that holds the username. */
  readonly userClaim: string;
  /** How that becomes a name here where it is none, as an e-mail address is not: see identity/mapped-name.ts. */
  readonly userClaimMap: UserClaimMap;
  /** A token with this claim, or with this scope in `scope`, is an admin's; null = none ever is. */
  readonly adminClaim: string | null;
  readonly adminScope: string | null;
}

export const USER_CLAIM_MAPS = ["none", "escape", "hash"] as const;

export type UserClaimMap = (typeof USER_CLAIM_MAPS)[number];

/** Tokens of the hosted service, verified by asking that service. */
export interface HostedSettings {
  /** The app's address there, `https://HOST/ORG/APP`, without a slash at the end. */
  readonly url: string;
  /** For so long an answer is believed. */
  readonly cacheSeconds: number;
}

/** Whose tokens an app takes beside those that are made here; null = not those. */
export interface IdentitySettings {
  /** A user whom such a token names, and who is not here yet, is made at first sight, without a password. */
  readonly createOnFirstUse: boolean;
  readonly agora: AgoraSettings | null;
  readonly easemob: EasemobSettings | null;
  readonly oidc: OidcSettings | null;
  readonly hosted: HostedSettings | null;
}

/** Signatures with a public key only: whoever may read what verifies a token must not be able to make one. */
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

/** As a store keeps them; null = none. */
export function identityText(settings: IdentitySettings): string | null {
  const text = JSON.stringify(settings);
  return text === NO_IDENTITY_TEXT ? null : text;
}

/** What a store keeps, also when an earlier version that knew less has written it. */
export function identityFrom(text: string | null): IdentitySettings {
  if (text === null) return NO_IDENTITY;
  const { oidc = null, ...settings } = JSON.parse(text) as Partial<IdentitySettings>; // as: only texts of identityText are ever stored
  return { ...NO_IDENTITY, ...settings, oidc: oidc && { ...oidc, userClaimMap: oidc.userClaimMap ?? "none" } };
}
