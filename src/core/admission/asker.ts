import type { Caller } from "../model.ts";

/** Who asks for something that can run out. Turns and shares go by the address first, then by the account. */
export interface Asker {
  /** The client's address, or what stands for it where there is none. */
  readonly address: string;
  /** An app's user or admin, as `account` writes it; undefined for a caller that nobody has named yet. */
  readonly account?: string | undefined;
}

/** @param name the user's, or undefined for the app's admins */
export function account(app: { readonly number: number }, name: string | undefined): string {
  return name === undefined ? `${app.number}` : `${app.number}/${name}`;
}

/** Of whoever the caller is; undefined for a stranger. */
export function accountOf(app: { readonly number: number }, caller: Caller): string | undefined {
  if (caller.kind === "nobody") return undefined;
  return account(app, caller.kind === "user" ? caller.name : undefined);
}
