import { identityText, type OidcSettings } from "../core/identity-settings.ts";
import type { App } from "../core/model.ts";
import type { Clock } from "../core/ports.ts";
import type { TokenVerifier } from "../core/trusted-token.ts";
import { createAgoraVerifier } from "./agora-token.ts";
import { createDynamicVerifier } from "./dynamic-token.ts";
import { createHostedVerifier } from "./hosted-token.ts";
import { createJwtVerifier } from "./json-web-token.ts";
import { createProviderKeys, type ProviderKeys } from "./provider-keys.ts";
import { createSecretFiles, type SecretFiles } from "./secret-files.ts";

export interface IdentityEvents {
  /** A file of secrets cannot be read: the tokens that need it are answered 503. */
  secretUnreadable(details: { readonly path: string; readonly error: unknown }): void;
  /** An identity provider's keys cannot be had: tokens of keys that are not known yet are answered 503. */
  keysUnavailable(details: { readonly issuer: string; readonly error: unknown }): void;
}

/** What verifies the tokens of others, app by app. */
export interface Verifiers {
  of(app: App): readonly TokenVerifier[];
  /** Files and keys are read again when they are next needed. */
  reread(): void;
}

interface Made {
  readonly settings: string | null;
  readonly verifiers: readonly TokenVerifier[];
}

export function createVerifiers(clock: Clock, events: IdentityEvents): Verifiers {
  const files = createSecretFiles((path, error) => events.secretUnreadable({ path, error }));
  /** By the app's id. */
  const made = new Map<string, Made>();
  /** What has been learned outlives a change of an app's settings. */
  const providers = new Map<string, ProviderKeys>();

  function keysOf({ issuer, jwks }: OidcSettings): ProviderKeys {
    const place = `${issuer} ${jwks}`;
    const failed = (error: unknown): void => events.keysUnavailable({ issuer, error });
    const keys = providers.get(place) ?? createProviderKeys({ issuer, jwks }, clock, failed);
    providers.set(place, keys);
    return keys;
  }

  return {
    of(app) {
      const known = made.get(app.id);
      const settings = identityText(app.identity);
      if (known?.settings === settings) return known.verifiers;
      const verifiers = verifiersOf(app, files, keysOf, clock);
      made.set(app.id, { settings, verifiers });
      return verifiers;
    },
    reread() {
      files.reread();
      for (const keys of providers.values()) keys.reread();
    },
  };
}

function verifiersOf(
  { key, identity }: App,
  files: SecretFiles,
  keysOf: (settings: OidcSettings) => ProviderKeys,
  clock: Clock,
): readonly TokenVerifier[] {
  const { agora, easemob, oidc, hosted } = identity;
  return [
    ...(agora === null ? [] : [createAgoraVerifier(agora.appId, () => files.lines(agora.certificateFile), clock)]),
    ...(easemob === null
      ? []
      : [createDynamicVerifier(key, easemob.clientId, () => files.lines(easemob.clientSecretFile), clock)]),
    ...(oidc === null ? [] : [createJwtVerifier(oidc, keysOf(oidc), clock)]),
    ...(hosted === null ? [] : [createHostedVerifier(hosted, clock)]),
  ];
}
