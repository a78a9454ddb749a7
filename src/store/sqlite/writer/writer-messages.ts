import { type ErrorOutline, OutlinedError, outlineOf } from "../../../core/faults/error-outline.ts";
import type { StoreTrouble, StoreTroubleKind } from "../../../core/ports/store-trouble.ts";
import { StoreError, type StoreFault } from "../../store-error.ts";
import type { CommandArguments, CommandName } from "../commands/commands.ts";
import type { StoreFilesId } from "../files/store-files.ts";
import type { SharedCells } from "../shared-state.ts";

/** Messages between the writer's thread and its owner, as plain data. */
export type ToWriter =
  | {
      readonly kind: "open";
      readonly path: string;
      readonly cells: SharedCells;
      /** See `core/faults/heartbeat.ts`. */
      readonly heartbeat: SharedArrayBuffer;
      readonly files: StoreFilesId;
    }
  /** Another thread that will send commands through this port. */
  | { readonly kind: "client"; readonly port: MessagePort; readonly claim: SharedArrayBuffer }
  | { readonly kind: "close" };

export type FromWriter =
  | { readonly kind: "opened" }
  | { readonly kind: "refused"; readonly fault: SentFault }
  | { readonly kind: "closed"; readonly fault: SentFault | undefined }
  | { readonly kind: "troubled"; readonly trouble: StoreTrouble }
  | { readonly kind: "trouble-over"; readonly trouble: StoreTroubleKind }
  /** An uncaught error: the thread ends. */
  | { readonly kind: "crashed"; readonly error: ErrorOutline };

export type ToldTrouble = Extract<FromWriter, { kind: "troubled" | "trouble-over" }>;

/**
 * A command as sent between threads: its number, its name, its arguments. Flat, because copying nested objects took
 * twice as long as everything else about a message.
 */
export type NumberedCommand = {
  [Name in CommandName]: readonly [number, Name, ...CommandArguments<Name>];
}[CommandName];

/** The answers to a client, sent after the fsync, once for each transaction of its message. */
export interface Answers {
  /** The number, the result and, for attributes that were written, their stamp. */
  readonly results: readonly (readonly [number, unknown, number?])[];
  readonly faults: readonly { readonly id: number; readonly fault: SentFault }[];
  /** The message is fully answered: the next one may be sent. */
  readonly isDone: boolean;
}

/** A `StoreError` as sent between threads. */
export interface SentFault {
  readonly fault: StoreFault;
  readonly message: string;
  readonly cause: ErrorOutline | undefined;
  readonly nothingStored: boolean;
}

export function sentFault({ fault, message, cause, nothingStored }: StoreError): SentFault {
  return { fault, message, cause: cause === undefined ? undefined : outlineOf(cause), nothingStored };
}

export function receivedFault({ fault, message, cause, nothingStored }: SentFault): StoreError {
  return new StoreError(fault, message, cause && new OutlinedError(cause), nothingStored);
}
