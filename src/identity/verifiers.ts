import { identityText } from "../core/identity-settings.ts";
import type { App } from "../core/model.ts";
import type { Clock } from "../core/ports.ts";
import type { TokenVerifier } from "../core/trusted-token.ts";
import { createAgoraVerifier } from "./agora-token.ts";
import { createDynamicVerifier } from "./dynamic-token.ts";
import { createSecretFiles, type SecretFiles } from "./secret-files.ts";

export interface IdentityEvents {
  /** A file of secrets cannot be read: the tokens that need it are answered 503. */
  secretUnreadable(details: { readonly path: string; readonly error: unknown }): void;
}

/** What verifies the tokens of others, app by app. */
export interface Verifiers {
  of(app: App): readonly TokenVerifier[];
  /** Files are read again when they are next needed. */
  reread(): void;
}

interface Made {
  readonly settings: string | null;
  readonly verifiers: readonly TokenVerifier[];
}

export function createVerifiers(clock: Clock, events: IdentityEvents): Verifiers {
  const files = createSecretFiles((path, error) => events.secretUnreadable({ path, error }));
  /** By the app's id. What they have learned outlives a change of other settings. */
  const made = new Map<string, Made>();
  return {
    of(app) {
      const known = made.get(app.id);
      const settings = identityText(app.identity);
      if (known?.settings === settings) return known.verifiers;
      const verifiers = verifiersOf(app, files, clock);
      made.set(app.id, { settings, verifiers });
      return verifiers;
    },
    reread() {
      files.reread();
      made.clear();
    },
  };
}

function verifiersOf({ key, identity }: App, files: SecretFiles, clock: Clock): readonly TokenVerifier[] {
  const { agora, easemob } = identity;
  return [
    ...(agora === null ? [] : [createAgoraVerifier(agora.appId, () => files.lines(agora.certificateFile), clock)]),
    ...(easemob === null
      ? []
      : [createDynamicVerifier(key, easemob.clientId, () => files.lines(easemob.clientSecretFile), clock)]),
  ];
}
