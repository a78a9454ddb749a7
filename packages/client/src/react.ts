import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { Attributes } from "./attributes.ts";
import type { Client } from "./create-client.ts";

export interface UsedProfile {
  /** Undefined while nothing is known, and for a user who is not there. */
  readonly attributes: Attributes | undefined;
  /** Nothing is known yet, and nothing has failed. */
  readonly isLoading: boolean;
  /** There is no such user. */
  readonly isMissing: boolean;
  /** Why the last reading of him failed. */
  readonly error: unknown;
}

/** What a server draws, and a page that takes over from it: neither knows what the other one's client knows. */
const nothing = (): undefined => undefined;

/**
 * A user's profile, asked for when the component appears and followed from then on. What is known is shown at once; all
 * components that appear together are one call.
 */
export function useProfile(client: Client, user: string): UsedProfile {
  const [failed, setFailed] = useState<{ readonly client: Client; readonly user: string; readonly error: unknown }>();
  const subscribe = useCallback((listener: () => void) => client.subscribe(user, listener), [client, user]);
  const peek = (): ReturnType<Client["peek"]> => client.peek(user);
  const profile = useSyncExternalStore(subscribe, peek, nothing);

  useEffect(() => {
    const gone = new AbortController();
    client.get(user, { signal: gone.signal }).then(
      () => setFailed(undefined),
      (error) => {
        if (!gone.signal.aborted) setFailed({ client, user, error });
      },
    );
    return () => gone.abort();
  }, [client, user]);

  const error = failed?.client === client && failed.user === user ? failed.error : undefined;
  return {
    attributes: profile?.attributes,
    isLoading: profile === undefined && error === undefined,
    isMissing: profile !== undefined && profile.attributes === undefined,
    error,
  };
}
