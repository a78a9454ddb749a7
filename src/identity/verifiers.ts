import { BoundedMap } from "../core/admission/bounded-map.ts";
import type { ResolvedApp } from "../core/apps/registry.ts";
import { identityText, type OidcSettings } from "../core/identity-settings.ts";
import type { Clock } from "../core/ports/system/clock.ts";
import type { Timers } from "../core/ports/system/timers.ts";
import type { TokenVerifier } from "../core/tokens/external-token.ts";
import { settingsConflict } from "../core/updated-entities.ts";
import { createJwtVerifier } from "./jwt/json-web-token.ts";
import { createProviderKeys, type ProviderKeys } from "./jwt/provider-keys.ts";
import type { OutsideCalls } from "./outside/outside-calls.ts";
import { createSecretFiles, type SecretFiles } from "./secret-files.ts";
import { createAgoraVerifier } from "./vendors/agora-token.ts";
import { createDynamicVerifier } from "./vendors/dynamic-token.ts";
import { createHostedVerifier } from "./vendors/hosted-token.ts";

export interface SecretEvents {
  /**
   * A file of secrets cannot be read: requests with tokens that need it get 503. Called for every try.
   * @param count the number of such failures; defaults to 1
   */
  secretUnreadable(details: { readonly path: string; readonly error: unknown }, count?: number): void;
  /** The file can be read again. */
  secretReadable(details: { readonly path: string }): void;
}

/** The verifiers of external tokens, by app. */
export interface Verifiers {
  of(resolved: ResolvedApp): readonly TokenVerifier[];
  /** Invalidates files and keys: they are read again on their next use. */
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

/** Maximum number of cached apps, and of cached providers. Beyond it the least recently used are evicted. */
const APPS_MAX = 10_000;

export function createVerifiers({ outside, clock, timers, events }: VerifiersNeeds): Verifiers {
  const files = createSecretFiles(timers, {
    failed: (path, error) => events.secretUnreadable({ path, error }),
    succeeded: (path) => events.secretReadable({ path }),
  });
  /** By the app's id. */
  const made = new BoundedMap<Made>(APPS_MAX);
  /** Kept when an app's settings change. */
  const providers = new BoundedMap<ProviderKeys>(APPS_MAX);

  function keysOf({ issuer, jwks }: OidcSettings): ProviderKeys {
    const key = `${issuer} ${jwks}`;
    const keys = providers.get(key) ?? createProviderKeys({ issuer, jwks }, outside, clock);
    providers.set(key, keys);
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
  // If the app leaves registration to the server, these settings could not be refused when they were stored.
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
