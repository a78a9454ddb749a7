import type { ServiceParts } from "../../src/service.ts";

/** Keeps what the operator would have been told. */
export interface HeardEvents {
  readonly events: ServiceParts["events"] & { workerEnded(error: Error): void };
  readonly faults: unknown[];
}

export function hearEvents(): HeardEvents {
  const faults: unknown[] = [];
  const events = {
    refreshFailed: (error: unknown) => void faults.push(error),
    keysUnavailable: ({ error }: { readonly error: unknown }) => void faults.push(error),
    secretUnreadable: ({ error }: { readonly error: unknown }) => void faults.push(error),
    requestFailed: ({ error }: { error: unknown }) => void faults.push(error),
    connectionsNearMax: (details: unknown) => void faults.push(details),
    workerEnded: (error: Error) => void faults.push(error),
  };
  return { events, faults };
}
