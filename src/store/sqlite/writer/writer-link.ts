import type { SentFault } from "./writer-messages.ts";

/** Messages from the thread that owns the writer to a thread that uses it; they go through `postMessage`. */
export type LinkMessage =
  /** A writer has started: commands go through this port. @property claim the memory of a `Claim` */
  | { readonly kind: "writer-begun"; readonly port: MessagePort; readonly claim: SharedArrayBuffer }
  /** The writer has ended and answers nothing more. forGood: there will be no other. */
  | { readonly kind: "writer-ended"; readonly fault: SentFault; readonly forGood: boolean };

/** Receives the owner's messages; `transfer` lists the ports to hand over. */
export type Link = (message: LinkMessage, transfer: readonly MessagePort[]) => void;
