import type { JSONWebKeySet } from "jose";
import type { Asker } from "../../core/admission/asker.ts";
import type { Attempts } from "../../core/admission/attempts.ts";
import { BoundedMap } from "../../core/admission/bounded-map.ts";
import { inTime } from "../../core/admission/in-time.ts";
import { createSlots } from "../../core/admission/slots.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import type { KeySetEvents, KeySetQuestion } from "./outside-questions.ts";
import { createProvider, type Provider } from "./provider.ts";

/** The key sets of all identity providers. */
export interface KeySets {
  /** See OutsideCalls. */
  find(asker: Asker, question: KeySetQuestion): Promise<JSONWebKeySet>;
}

interface KeySetsNeeds {
  readonly attempts: Attempts;
  readonly timers: Timers;
  readonly events: KeySetEvents;
}

/** Maximum number of requests waiting for keys; all share one call. One address may have four fifths of them. */
const WAITING_MAX = 1024;
/** Covers the second between two calls and most of the time that a call may take. */
const WAIT_MAX_MS = 3000;
/** Beyond it the least recently used providers are evicted. */
const PROVIDERS_MAX = 10_000;

export function createKeySets({ attempts, timers, events }: KeySetsNeeds): KeySets {
  const slots = createSlots({
    resource: "outside_calls",
    capacity: WAITING_MAX,
    waitingMax: 0,
    waitMaxMs: 0,
    leavesRoom: true,
    timers,
  });
  /** Of all apps: apps with the same provider share its calls. */
  const providers = new BoundedMap<Provider>(PROVIDERS_MAX);

  function providerOf({ issuer, jwks }: KeySetQuestion): Provider {
    const key = `${issuer} ${jwks}`;
    const known = providers.get(key);
    if (known !== undefined) return known;
    const made = createProvider({ issuer, jwks }, timers, {
      failed: (error) => events.keysUnavailable({ issuer, error }),
      succeeded: () => events.keysAvailable({ issuer }),
      unusable: (key) => events.keyUnusable({ issuer, ...key }),
    });
    providers.set(key, made);
    return made;
  }

  return {
    async find(asker, question) {
      const provider = providerOf(question);
      const slot = await slots.enter(asker);
      try {
        const asked = question.age === "fresh" ? provider.fresh() : provider.latest();
        const { keys, has } = await inTime(asked, WAIT_MAX_MS, timers);
        // Charged only for a key that does not exist: many requests may wait for a key that was just published.
        const isMadeUp = question.missing !== undefined && !(await has(question.missing));
        if (isMadeUp) (await attempts.begin(asker)).failed();
        return keys;
      } finally {
        slot.leave();
      }
    },
  };
}
