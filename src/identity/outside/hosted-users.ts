import type { Asker } from "../../core/admission/asker.ts";
import type { Attempts } from "../../core/admission/attempts.ts";
import { BoundedMap } from "../../core/admission/bounded-map.ts";
import { createSlots } from "../../core/admission/slots.ts";
import { monotonicMs } from "../../core/async/monotonic-ms.ts";
import type { Clock } from "../../core/ports/system/clock.ts";
import type { Digest } from "../../core/ports/system/digest.ts";
import type { Timers } from "../../core/ports/system/timers.ts";
import { busy } from "../../core/refusals.ts";
import { hasKeyTwice } from "../exact-json.ts";
import { fetchAnswer } from "./fetch-json.ts";
import type { HostedQuestion, HostedUser } from "./outside-questions.ts";

/** Asks the hosted service for the users of tokens: at most CALLS_MAX calls at a time, and never two for the same token. */
export interface HostedUsers {
  /** See OutsideCalls. */
  find(asker: Asker, question: HostedQuestion): Promise<HostedUser | undefined>;
}

interface HostedUsersNeeds {
  readonly attempts: Attempts;
  readonly clock: Pick<Clock, "monotonicNs">;
  readonly timers: Timers;
  readonly digest: Pick<Digest, "sha256Base64">;
}

interface KeptAnswer {
  readonly user: HostedUser | undefined;
  /** By `monotonicMs`, so that setting the wall clock back does not extend it. */
  readonly untilMs: number;
}

/** Calls in flight; one address may have up to 25 of them. */
const CALLS_MAX = 32;
const WAITING_MAX = 256;
const WAIT_MAX_MS = 2000;
/** Cache lifetime of a positive answer: until every thread that got the token at the same time has cached it. */
const TAKEN_MS = 1000;
/** Cache lifetime of a negative answer: it spares the service repeated calls for a refused token. */
const REFUSED_MS = 10_000;
/** Maximum number of cached answers; about 250 bytes each. */
const ANSWERS_MAX = 20_000;
const REFUSED_STATUSES: readonly number[] = [401, 403, 404];

export function createHostedUsers({ attempts, clock, timers, digest }: HostedUsersNeeds): HostedUsers {
  const slots = createSlots({
    resource: "outside_calls",
    capacity: CALLS_MAX,
    waitingMax: WAITING_MAX,
    waitMaxMs: WAIT_MAX_MS,
    // The service decides how long a call takes.
    leavesRoom: true,
    timers,
  });
  /** By a digest of service and token, as `answers`. */
  const underWay = new Map<string, Promise<HostedUser | undefined>>();
  const answers = new BoundedMap<KeptAnswer>(ANSWERS_MAX);

  async function ask(key: string, asker: Asker, question: HostedQuestion): Promise<HostedUser | undefined> {
    const slot = await slots.enter(asker);
    try {
      // After the wait for a slot: an address that sends many valid tokens has no more open attempts than calls.
      const attempt = await attempts.begin(asker);
      try {
        const user = await userOf(question, monotonicMs(clock));
        if (user === undefined) attempt.failed();
        else attempt.succeeded();
        answers.set(key, { user, untilMs: monotonicMs(clock) + (user === undefined ? REFUSED_MS : TAKEN_MS) });
        return user;
      } catch {
        attempt.abandoned();
        throw busy();
      }
    } finally {
      slot.leave();
    }
  }

  return {
    async find(asker, question) {
      const key = digest.sha256Base64(`${question.url} ${question.token}`);
      const kept = answers.get(key);
      if (kept !== undefined && kept.untilMs > monotonicMs(clock)) return kept.user;
      const begun = underWay.get(key) ?? ask(key, asker, question).finally(() => underWay.delete(key));
      underWay.set(key, begun);
      return await begun;
    },
  };
}

/** Undefined if the service rejects the token; rejects if its response is neither a yes nor a no. */
async function userOf({ url, userId, token }: HostedQuestion, askedAtMs: number): Promise<HostedUser | undefined> {
  const { status, text } = await fetchAnswer(`${url}/users/${userId}`, { authorization: `Bearer ${token}` });
  if (REFUSED_STATUSES.includes(status)) return undefined;
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  const user = entityIn(JSON.parse(text));
  // A response with duplicate keys is ambiguous.
  if (hasKeyTwice(text)) return undefined;
  if (user?.uuid !== userId || typeof user.username !== "string" || user.activated === false) return undefined;
  return { username: user.username, askedAtMs };
}

interface Entity {
  readonly uuid?: unknown;
  readonly username?: unknown;
  readonly activated?: unknown;
}

/** The user in a response; undefined unless there is exactly one. */
function entityIn(value: unknown): Entity | undefined {
  if (typeof value !== "object" || value === null || !("entities" in value)) return undefined;
  const { entities } = value;
  const [user]: readonly unknown[] = Array.isArray(entities) && entities.length === 1 ? entities : [];
  return typeof user === "object" && user !== null ? user : undefined;
}
