import type { SentFault } from "./writer-messages.ts";

/** How the thread that owns the writer keeps a thread that uses it up to date; each goes through `postMessage`. */
export type LinkMessage =
  /** A writer is there: commands go through this port. @property claim the memory of a `Claim` */
  | { readonly kind: "writer-begun"; readonly port: MessagePort; readonly claim: SharedArrayBuffer }
  /** It ended, and nobody will answer what is under way. For good: no other will come. */
  | { readonly kind: "writer-ended"; readonly fault: SentFault; readonly forGood: boolean };

/** Takes the messages of the owner; `transfer` names what goes over with it. */
export type Link = (message: LinkMessage, transfer: readonly MessagePort[]) => void;
