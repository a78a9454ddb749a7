import type { Attributes, Profile } from "./attributes.ts";
import type { Profiles } from "./profiles.ts";
import type { Transport } from "./transport.ts";
import { UsermetaError } from "./usermeta-error.ts";

interface Answer {
  readonly data: Readonly<Record<string, Attributes>>;
  readonly lastModified: Readonly<Record<string, number>>;
  readonly removed: readonly string[];
}

/** For a user whose version is not known. No version has this number. */
const NO_VERSION = 0;
const BATCH_MAX = 100;
const TOO_LARGE = /exceed allowed batch size (\d+)/;

/**
 * Reads profiles in batches: all reads of one turn of the event loop are sent together, each user once, with the version
 * that the client knows. A new read never joins one in flight, which may have been answered before the latest write.
 */
export function createBatchedReads(ask: Transport, profiles: Profiles): (user: string) => Promise<Profile> {
  let turn: Turn | undefined;
  let batchMax = BATCH_MAX;

  async function read(users: readonly string[]): Promise<Found> {
    const former = new Map(users.map((user) => [user, profiles.use(user)]));
    const versions = users.map((user) => [user, Math.floor(former.get(user)?.lastModified ?? NO_VERSION)] as const);
    try {
      const { body } = await ask<Answer>({
        method: "POST",
        path: "/metadata/user/get",
        body: { versions: Object.fromEntries(versions) },
        isRepeatable: true,
      });
      const found = new Map<string, Profile>();
      const doubtful: string[] = [];
      for (const user of users) {
        const known = former.get(user);
        if (isDoubtful(user, body, known)) doubtful.push(user);
        else found.set(user, take(user, body, known));
      }
      return doubtful.length === 0 ? found : new Map([...found, ...(await read(doubtful))]);
    } catch (error) {
      const allowed = Number(error instanceof UsermetaError ? TOO_LARGE.exec(error.message)?.[1] : 0);
      if (!(allowed > 0 && allowed < users.length)) throw error;
      batchMax = allowed;
      const found = await Promise.all(partsOf(users, batchMax).map(read));
      return new Map(found.flatMap((each) => [...each]));
    }
  }

  /** Whether the user was created or deleted while the read was in flight. No version says which of the two came later. */
  function isDoubtful(user: string, { lastModified, removed }: Answer, former: Profile | undefined): boolean {
    const present = profiles.peek(user);
    if (present === undefined || present === former) return false;
    return present.attributes === undefined ? own(lastModified, user) !== undefined : removed.includes(user);
  }

  function take(user: string, { data, lastModified, removed }: Answer, former: Profile | undefined): Profile {
    const modified = own(lastModified, user);
    if (modified !== undefined) {
      return profiles.take({ user, attributes: own(data, user) ?? {}, lastModified: modified }, former);
    }
    if (removed.includes(user) && (former === undefined || former.attributes !== undefined)) {
      return profiles.take({ user, attributes: undefined, lastModified: NO_VERSION }, former);
    }
    // Unchanged since the read was sent. Meanwhile a newer version may have arrived, or the profile may have been evicted.
    const known = profiles.peek(user) ?? former;
    if (known === undefined) throw new UsermetaError(200, { error_description: `the server said nothing of ${user}` });
    return profiles.take(known, undefined);
  }

  function begin(): Turn {
    const users = new Set<string>();
    // Not a microtask: the effects of many components that one event brings up run in several of them.
    const parts = new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => {
      turn = undefined;
      const found = new Map<string, Promise<Found>>();
      for (const part of partsOf([...users], batchMax)) {
        const answer = read(part);
        for (const user of part) found.set(user, answer);
      }
      return found;
    });
    return { users, parts };
  }

  return async (user) => {
    turn ??= begin();
    turn.users.add(user);
    const found = await (await turn.parts).get(user);
    const profile = found?.get(user);
    if (profile === undefined) throw new Error(`${user} was not asked for`);
    return profile;
  };
}

type Found = ReadonlyMap<string, Profile>;

interface Turn {
  readonly users: Set<string>;
  /** By user, the answer for the part that has this user. */
  readonly parts: Promise<ReadonlyMap<string, Promise<Found>>>;
}

function partsOf(users: readonly string[], countMax: number): (readonly string[])[] {
  const parts: (readonly string[])[] = [];
  for (let from = 0; from < users.length; from += countMax) parts.push(users.slice(from, from + countMax));
  return parts;
}

/** A user may be called `constructor`. The oldest supported browsers do not have `Object.hasOwn`. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.getOwnPropertyDescriptor(record, key)?.value;
}
