import { type ErrorOutline, OutlinedError, outlineOf } from "../../../core/faults/error-outline.ts";
import type { StoreTrouble, StoreTroubleKind } from "../../../core/store-trouble.ts";
import { StoreError, type StoreFault } from "../../store-error.ts";
import type { CommandArguments, CommandName } from "../commands.ts";
import type { Synchronous } from "../connection.ts";
import type { StoreFilesId } from "../files/store-files.ts";
import type { SharedCells } from "../shared-state.ts";

/** What goes between the writer's thread and the one that owns it, as plain data. */
export type ToWriter =
  | {
      readonly kind: "open";
      readonly path: string;
      readonly synchronous: Synchronous;
      readonly cells: SharedCells;
      /** See `core/faults/pulse.ts`. */
      readonly pulse: SharedArrayBuffer;
      readonly files: StoreFilesId;
    }
  /** A further thread that will send commands through this port. */
  | { readonly kind: "client"; readonly port: MessagePort; readonly claim: SharedArrayBuffer }
  | { readonly kind: "close" };

export type FromWriter =
  | { readonly kind: "opened" }
  | { readonly kind: "refused"; readonly fault: SentFault }
  | { readonly kind: "closed"; readonly fault: SentFault | undefined }
  | { readonly kind: "troubled"; readonly trouble: StoreTrouble }
  | { readonly kind: "trouble-over"; readonly trouble: StoreTroubleKind }
  /** Something was thrown that nothing catches: the thread ends. */
  | { readonly kind: "crashed"; readonly error: ErrorOutline };

export type ToldTrouble = Extract<FromWriter, { kind: "troubled" | "trouble-over" }>;

/**
 * A command as it crosses threads: its number, its name, its arguments. Flat, because copying nested objects took
 * twice as long as all else that a message costs.
 */
export type NumberedCommand = {
  [Name in CommandName]: readonly [number, Name, ...CommandArguments<Name>];
}[CommandName];

/** What comes back through a client's port when it is on disk: once for each transaction that its message goes into. */
export interface Answers {
  /** The number, the result, and for attributes that were written their stamp. */
  readonly results: readonly (readonly [number, unknown, number?])[];
  readonly faults: readonly { readonly id: number; readonly fault: SentFault }[];
  /** Of this message nothing more will come: the next may be sent. */
  readonly isDone: boolean;
}

/** A `StoreError` as it crosses threads. */
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
