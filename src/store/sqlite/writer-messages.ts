import { StoreError, type StoreFault } from "../store-error.ts";
import type { CommandArguments, CommandName } from "./commands.ts";
import type { Synchronous } from "./connection.ts";
import type { SharedCells } from "./shared-state.ts";

/** What goes between the writer's thread and the one that owns it, as plain data. */
export type ToWriter =
  | { readonly kind: "open"; readonly path: string; readonly synchronous: Synchronous; readonly cells: SharedCells }
  /** A further thread that will send commands through this port. */
  | { readonly kind: "client"; readonly port: MessagePort }
  | { readonly kind: "close" };

export type FromWriter =
  | { readonly kind: "opened" }
  | { readonly kind: "refused"; readonly fault: SentFault }
  | { readonly kind: "closed"; readonly fault: SentFault | undefined };

/**
 * A command as it crosses threads: its number, its name, its arguments. Flat, because copying nested objects took
 * twice as long as all else that a message costs.
 */
export type NumberedCommand = {
  [Name in CommandName]: readonly [number, Name, ...CommandArguments<Name>];
}[CommandName];

/** What comes back through a client's port when it is on disk. */
export interface Answers {
  /** The number, the result, and for attributes that were written their stamp. */
  readonly results: readonly (readonly [number, unknown, number?])[];
  readonly faults: readonly { readonly id: number; readonly fault: SentFault }[];
}

/** A `StoreError` as it crosses threads. */
export interface SentFault {
  readonly fault: StoreFault;
  readonly message: string;
  readonly cause: string | undefined;
}

export function sentFault({ fault, message, cause }: StoreError): SentFault {
  return { fault, message, cause: cause instanceof Error ? (cause.stack ?? cause.message) : undefined };
}

export function receivedFault({ fault, message, cause }: SentFault): StoreError {
  return new StoreError(fault, message, cause);
}
