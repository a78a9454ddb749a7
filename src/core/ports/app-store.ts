import type { App, AppSettings } from "../model.ts";
import type { MaybePromise } from "./maybe-promise.ts";

export type NewApp = Omit<App, "number" | "adminTokensValidAfter" | "tokensValidAfter">;

export type AppChange = Partial<AppSettings> & {
  readonly clientSecretHash?: Uint8Array;
  /** Void the tokens got with the client secret. */
  readonly endAdminTokens?: true;
  /** Void every token of the app and its users. */
  readonly endTokens?: true;
  /** Only while `identity` is this text, as `identityText` makes it: what is set was made of it. */
  readonly formerIdentity?: string | null;
};

/** Apps. See `Store` for what holds for every call. */
export interface AppStore {
  apps(): MaybePromise<readonly App[]>;
  app(number: number): MaybePromise<App | undefined>;
  /** "taken" when key, id or client id is. Numbers are never used again, also not those of deleted apps. */
  insertApp(app: NewApp): Promise<App | "taken">;
  /**
   * `end…Tokens` sets the time to `now`, or to one past the former time if that is later. "incompatible": the settings
   * would not go together (`settingsConflict` of updated-entities.ts). "conflict": `formerIdentity` is not what is there.
   */
  changeApp(number: number, change: AppChange, now: number): Promise<App | "incompatible" | "conflict" | undefined>;
  /**
   * From then on the app is unknown and takes no users and no writes; what it held is there until `purge` has
   * removed it. False: no such app.
   */
  deleteApp(number: number, now: number): Promise<boolean>;
  /** Removes up to `countMax` users of deleted apps; the number removed, 0 when none are left. Others may do so at once. */
  purge(countMax: number): Promise<number>;
}
