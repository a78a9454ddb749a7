import { StoreError, type StoreFault } from "../store-error.ts";
import type { Command } from "./commands.ts";
import type { Synchronous } from "./connection.ts";

/** What goes to the writer's thread and comes back, as plain data. */
export type ToWriter =
  | { readonly kind: "open"; readonly path: string; readonly synchronous: Synchronous }
  | { readonly kind: "commands"; readonly commands: readonly NumberedCommand[] }
  | { readonly kind: "close" };

export type FromWriter =
  | { readonly kind: "opened" }
  | { readonly kind: "refused"; readonly fault: SentFault }
  /** Sent when what they tell of is on disk. */
  | { readonly kind: "answers"; readonly answers: readonly Answer[] }
  | { readonly kind: "closed"; readonly fault: SentFault | undefined };

export type NumberedCommand = Command & { readonly id: number };

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly fault: SentFault };

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
