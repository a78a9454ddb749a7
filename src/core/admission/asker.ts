import type { Caller } from "../model.ts";

/** The client that asks for a limited resource. Queues and shares are fair by address first, then by account. */
export interface Asker {
  /** The client's address, or a substitute if there is none. */
  readonly address: string;
  /** The app's user or admin, from `account`; undefined for an unauthenticated client. */
  readonly account?: string | undefined;
}

/** @param name the user's name; undefined for the app's admins */
export function account(app: { readonly number: number }, name: string | undefined): string {
  return name === undefined ? `${app.number}` : `${app.number}/${name}`;
}

/** The caller's account; undefined for an unauthenticated client. */
export function accountOf(app: { readonly number: number }, caller: Caller): string | undefined {
  if (caller.kind === "nobody") return undefined;
  return account(app, caller.kind === "user" ? caller.name : undefined);
}
