import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { Attributes } from "./attributes.ts";
import type { Client } from "./create-client.ts";

export interface UsedProfile {
  /** Undefined while loading, and for a user who does not exist. */
  readonly attributes: Attributes | undefined;
  /** Nothing is known yet, and no read has failed. */
  readonly isLoading: boolean;
  /** The user does not exist. */
  readonly isMissing: boolean;
  /** Why the last read failed: in general a `UsermetaError`. Undefined after a read that succeeded. */
  readonly error: unknown;
}

/** For server-side rendering and the first render after hydration, so that the markup matches even if the caches differ. */
const nothing = (): undefined => undefined;

/**
 * Reads a user's profile when the component mounts, and renders again whenever the profile changes. A profile that the
 * client knows already is returned immediately. All components that mount together make one call.
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
