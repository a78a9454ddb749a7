import type { App, AppSettings } from "../model.ts";
import type { MaybePromise } from "./maybe-promise.ts";

export type NewApp = Omit<App, "number" | "adminTokensValidAfter" | "tokensValidAfter">;

export type AppChange = Partial<AppSettings> & {
  readonly clientSecretHash?: Uint8Array;
  /** Revoke the tokens obtained with the client secret. */
  readonly revokeAdminTokens?: true;
  /** Revoke every token of the app and its users. */
  readonly revokeTokens?: true;
  /** The `identity` that the change was computed from, as `identityText` writes it. With another one: "conflict". */
  readonly formerIdentity?: string | null;
};

/** Apps. `Store` has the promises for every call. */
export interface AppStore {
  apps(): MaybePromise<readonly App[]>;
  app(number: number): MaybePromise<App | undefined>;
  /** "taken": another app has the key, the id or the client id. Numbers are never reused, not even those of deleted apps. */
  insertApp(app: NewApp): Promise<App | "taken">;
  /**
   * `revoke…Tokens` sets the time to `now`, or to one past the former time if that is later. "incompatible": the app's
   * settings would contradict each other (`settingsConflict` of updated-entities.ts). "conflict": the stored identity is
   * not `formerIdentity`. Undefined: no such app.
   */
  changeApp(number: number, change: AppChange, now: number): Promise<App | "incompatible" | "conflict" | undefined>;
  /**
   * From then on the app is unknown, and no user and no write is added to it. Its data stays until `purge` removes it.
   * False: no such app.
   */
  deleteApp(number: number, now: number): Promise<boolean>;
  /**
   * Removes up to `countMax` users of deleted apps. Returns the number removed, 0 when none are left. Several servers
   * may call it at the same time.
   */
  purge(countMax: number): Promise<number>;
}
