import type { JSONWebKeySet } from "jose";
import type { Asker } from "../../core/admission/asker.ts";
import type { Attempts } from "../../core/admission/attempts.ts";
import type { Clock } from "../../core/ports/system/clock.ts";
import type { Digest } from "../../core/ports/system/digest.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { createHostedUsers } from "./hosted-users.ts";
import { createKeySets } from "./key-sets.ts";
import type { HostedQuestion, HostedUser, KeySetEvents, KeySetQuestion } from "./outside-questions.ts";

/**
 * Calls to other services that tokens need. A process has one instance, so that its limits hold for all threads; workers
 * call it by message, so arguments and results are plain data.
 *
 * Both methods refuse with `busy` if there is no answer in time, and with `rate_exceeded` an address with too many failed
 * tokens.
 */
export interface OutsideCalls {
  /** The token's user according to the hosted service; undefined: it rejects the token. */
  hostedUser(asker: Asker, question: HostedQuestion): Promise<HostedUser | undefined>;
  /** The public keys of an identity provider. */
  keySet(asker: Asker, question: KeySetQuestion): Promise<JSONWebKeySet>;
}

export interface OutsideCallsNeeds {
  readonly attempts: Attempts;
  readonly clock: Pick<Clock, "monotonicNs">;
  readonly timers: Timers;
  readonly digest: Pick<Digest, "sha256Base64">;
  readonly events: KeySetEvents;
}

export function createOutsideCalls({ attempts, clock, timers, digest, events }: OutsideCallsNeeds): OutsideCalls {
  const hostedUsers = createHostedUsers({ attempts, clock, timers, digest });
  const keySets = createKeySets({ attempts, timers, events });
  return {
    hostedUser: (asker, question) => hostedUsers.find(asker, question),
    keySet: (asker, question) => keySets.find(asker, question),
  };
}
