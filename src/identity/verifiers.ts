import { BoundedMap } from "../core/admission/bounded-map.ts";
import type { ResolvedApp } from "../core/apps/registry.ts";
import { identityText, type OidcSettings } from "../core/identity-settings.ts";
import type { Clock, Timers } from "../core/ports.ts";
import type { TokenVerifier } from "../core/tokens/external-token.ts";
import { settingsConflict } from "../core/updated-entities.ts";
import { createAgoraVerifier } from "./agora-token.ts";
import { createDynamicVerifier } from "./dynamic-token.ts";
import { createHostedVerifier } from "./hosted-token.ts";
import { createJwtVerifier } from "./json-web-token.ts";
import type { OutsideCalls } from "./outside-calls.ts";
import { createProviderKeys, type ProviderKeys } from "./provider-keys.ts";
import { createSecretFiles, type SecretFiles } from "./secret-files.ts";

export interface SecretEvents {
  /**
   * A file of secrets cannot be read: the tokens that need it are answered 503. Told of every try.
   * @param count of those like it; 1 where it is left out
   */
  secretUnreadable(details: { readonly path: string; readonly error: unknown }, count?: number): void;
  /** It can be read again. */
  secretReadable(details: { readonly path: string }): void;
}

/** What verifies the tokens of others, app by app. */
export interface Verifiers {
  of(resolved: ResolvedApp): readonly TokenVerifier[];
  /** Files and keys are read again when they are next needed. */
  reload(): void;
}

export interface VerifiersNeeds {
  readonly outside: OutsideCalls;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: SecretEvents;
}

interface Made {
  readonly settings: string;
  readonly verifiers: readonly TokenVerifier[];
}

/** Beyond so many apps, and as many providers, those that were not asked for of late are forgotten. */
const APPS_MAX = 10_000;

export function createVerifiers({ outside, clock, timers, events }: VerifiersNeeds): Verifiers {
  const files = createSecretFiles(timers, {
    failed: (path, error) => events.secretUnreadable({ path, error }),
    succeeded: (path) => events.secretReadable({ path }),
  });
  /** By the app's id. */
  const made = new BoundedMap<Made>(APPS_MAX);
  /** What has been learned outlives a change of an app's settings. */
  const providers = new BoundedMap<ProviderKeys>(APPS_MAX);

  function keysOf({ issuer, jwks }: OidcSettings): ProviderKeys {
    const place = `${issuer} ${jwks}`;
    const keys = providers.get(place) ?? createProviderKeys({ issuer, jwks }, outside, clock);
    providers.set(place, keys);
    return keys;
  }

  return {
    of(resolved) {
      const { app, access } = resolved;
      const known = made.get(app.id);
      const settings = `${access.registration} ${identityText(app.identity)}`;
      if (known?.settings === settings) return known.verifiers;
      const verifiers = verifiersOf(resolved, files, keysOf, outside, clock);
      made.set(app.id, { settings, verifiers });
      return verifiers;
    },
    reload() {
      files.reload();
      for (const keys of providers.values()) keys.reload();
    },
  };
}

function verifiersOf(
  { app: { key, identity }, access: { registration } }: ResolvedApp,
  files: SecretFiles,
  keysOf: (settings: OidcSettings) => ProviderKeys,
  outside: OutsideCalls,
  clock: Clock,
): readonly TokenVerifier[] {
  const { agora, easemob, oidc, hosted } = identity;
  // Where the app leaves registration to the server, nobody could refuse these settings when they were made.
  const conflict = settingsConflict({ registration, identity });
  return [
    ...(agora === null ? [] : [createAgoraVerifier(agora.appId, () => files.lines(agora.certificateFile), clock)]),
    ...(easemob === null
      ? []
      : [createDynamicVerifier(key, easemob.clientId, () => files.lines(easemob.clientSecretFile), clock)]),
    ...(oidc === null ? [] : [createJwtVerifier(oidc, keysOf(oidc), clock, conflict)]),
    ...(hosted === null ? [] : [createHostedVerifier(hosted, outside, clock)]),
  ];
}
