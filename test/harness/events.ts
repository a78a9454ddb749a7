import type { RefusedToken } from "../../src/core/tokens/refused-tokens.ts";
import type { KeySetEvents } from "../../src/identity/outside/outside-questions.ts";
import type { ServiceEvents } from "../../src/service.ts";

export interface SilentThread {
  readonly thread: string;
  readonly silentMs: number;
}

/** Collects the events that the operator would see. */
export interface HeardEvents {
  readonly events: ServiceEvents &
    KeySetEvents & {
      workerEnded(error: Error): void;
      leftOpen(part: string): void;
      threadSilent(details: SilentThread): void;
    };
  readonly faults: unknown[];
  /** Each one is followed by a fault. */
  readonly silences: SilentThread[];
  /** Not faults: any client that sends such a token causes them. */
  readonly refusedTokens: RefusedToken[];
}

export function hearEvents(): HeardEvents {
  const faults: unknown[] = [];
  const silences: SilentThread[] = [];
  const refusedTokens: RefusedToken[] = [];
  const events = {
    refreshFailed: (error: unknown) => void faults.push(error),
    keysAvailable: () => {},
    secretReadable: () => {},
    keysUnavailable: ({ error }: { readonly error: unknown }) => void faults.push(error),
    secretUnreadable: ({ error }: { readonly error: unknown }) => void faults.push(error),
    keyUnusable: (details: unknown) => void faults.push(details),
    tokenRefused: (details: RefusedToken) => void refusedTokens.push(details),
    requestFailed: ({ error }: { error: unknown }) => void faults.push(error),
    connectionsNearMax: (details: unknown) => void faults.push(details),
    threadSilent: (details: SilentThread) => void silences.push(details),
    workerEnded: (error: Error) => void faults.push(error),
    leftOpen: (part: string) => void faults.push(new Error(`${part} was left open`)),
  };
  return { events, faults, silences, refusedTokens };
}
