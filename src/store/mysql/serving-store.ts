import { type Asker, account } from "../../core/admission/asker.ts";
import { isUnavailable } from "../../core/faults/store-failure.ts";
import { written } from "../../core/metadata/written.ts";
import type { UserName } from "../../core/model.ts";
import type {
  AttributesWrite,
  BatchOutcome,
  ReadPurpose,
  StoredAttributes,
  StoredVersion,
} from "../../core/ports/attribute-store.ts";
import type { MaybePromise } from "../../core/ports/maybe-promise.ts";
import type { Store } from "../../core/ports/store.ts";
import type { WriteTerms } from "../../core/ports/terms.ts";
import type { TtlAttributeCache } from "../cache/ttl-attribute-cache.ts";
import { StoreError } from "../store-error.ts";
import { clearAttributes } from "./attributes/clear-attributes.ts";
import type { CoalescedReads } from "./attributes/coalesced-reads.ts";
import { Deadline } from "./connection/deadline.ts";
import { failureKind, storeError } from "./connection/errors.ts";
import type { MysqlLocation } from "./connection/location.ts";
import type { Pool } from "./connection/pool.ts";
import type { Session } from "./connection/session.ts";
import { ping } from "./ping.ts";
import * as reads from "./reads.ts";
import { addSigningKey, changeApp, deleteApp, insertApp, purge } from "./transaction/app-commands.ts";
import type { GroupCommit, Writer } from "./transaction/group-commit.ts";
import { pause } from "./transaction/pause.ts";
import { RETRY, type Result, type Run, transact } from "./transaction/transact.ts";
import { changeUser, deleteUsers, insertUsers } from "./transaction/user-commands.ts";
import { withRetry } from "./transaction/with-retry.ts";
import { writeAllOrNothing } from "./transaction/write-all-or-nothing.ts";

export interface ServingParts {
  readonly location: MysqlLocation;
  readonly readers: Pool<Session>;
  readonly writers: Pool<Writer>;
  readonly coalesced: CoalescedReads;
  readonly group: GroupCommit;
  /** The cache of attributes, where the operator allows stale reads. */
  readonly cache: TtlAttributeCache | undefined;
  /** Called when this thread has appended to the change feed. */
  readonly feedAppended: () => void;
}

type ServedCalls = Omit<Store, "failed" | "feedVersion" | "publishDemand" | typeof Symbol.asyncDispose>;

/** The store as one thread serves it. The caller that created the parts closes them. */
export function createServingStore(parts: ServingParts): ServedCalls {
  const { location, readers, writers, coalesced, group, cache } = parts;

  async function read<T>({ statement, of }: reads.Read<T>, asker: Asker = SERVER): Promise<T> {
    const deadline = new Deadline(location.timeoutMs);
    try {
      const [answer] = await readers.use(asker, (session) => withRetry(session, [statement], deadline));
      return of(answer ?? []);
    } catch (error) {
      throw storeError(error, location.text);
    }
  }

  /** Runs a transaction, and retries it on a conflict or if its key is taken meanwhile. */
  function write<T>(asker: Asker, body: (run: Run, lane: number) => Promise<Result<T | typeof RETRY>>): Promise<T> {
    return writeUntilDone(asker, (session, lane, deadline) => transact(session, deadline, (run) => body(run, lane), 0));
  }

  /**
   * A conflicting attempt has stored nothing: it releases its connection to waiting calls and is retried until the
   * deadline.
   */
  async function writeUntilDone<T>(
    asker: Asker,
    attempt: (session: Session, lane: number, deadline: Deadline) => Promise<T | typeof RETRY>,
  ): Promise<T> {
    const deadline = new Deadline(location.timeoutMs);
    for (;;) {
      try {
        const value = await writers.use(asker, async ({ session, lane }) =>
          deadline.isLate ? RETRY : await attempt(session, await lane(), deadline),
        );
        if (value !== RETRY) return value;
      } catch (error) {
        const kind = failureKind(error);
        if (kind !== "duplicate" && kind !== "again") throw storeError(error, location.text);
      }
      if (deadline.isLate) throw new StoreError("busy", `${location.text} could not complete a write in time`);
      await pause();
    }
  }

  async function writeAnnounced<T>(asker: Asker, body: Parameters<typeof write<T>>[1]): Promise<T> {
    const value = await write(asker, body);
    parts.feedAppended();
    return value;
  }

  async function attributesOf(
    app: number,
    names: readonly UserName[],
    purpose: ReadPurpose = "answer",
  ): Promise<readonly (StoredAttributes | undefined)[]> {
    const found = names.map((name) => (purpose === "answer" ? cache?.find(app, name) : undefined));
    const missing = [...new Set(names.filter((_, index) => found[index] === undefined))];
    if (missing.length === 0) return found;
    const fillTokens = missing.map((name) => cache?.fillToken(app, name));
    const answered = await coalesced.read(app, missing);
    for (const [index, name] of missing.entries()) {
      const stored = answered.get(name);
      const fillToken = fillTokens[index];
      if (stored !== undefined && fillToken !== undefined) cache?.add(app, name, fillToken, stored);
    }
    return names.map((name, index) => found[index] ?? answered.get(name));
  }

  function version(
    app: number,
    name: UserName,
    purpose: ReadPurpose = "answer",
  ): MaybePromise<StoredVersion | undefined> {
    const copy = purpose === "answer" ? cache?.findVersion(app, name) : undefined;
    return copy ?? coalesced.readVersions(app, [name]).then((found) => found.get(name));
  }

  async function modifiedOf(app: number, names: readonly UserName[]): Promise<readonly (number | undefined)[]> {
    const found = names.map((name) => cache?.findModified(app, name));
    const missing = [...new Set(names.filter((_, index) => found[index] === undefined))];
    if (missing.length === 0) return found;
    const answered = await coalesced.readVersions(app, missing);
    return names.map((name, index) => found[index] ?? answered.get(name)?.modified);
  }

  async function writeAttributes(
    attributes: AttributesWrite,
    terms?: WriteTerms,
  ): ReturnType<Store["writeAttributes"]> {
    if (cache === undefined) return await group.write(attributes, terms);
    const { app, name } = attributes;
    const { at } = cache.fillToken(app, name);
    try {
      const outcome = await group.write(attributes, terms);
      if (outcome === "written") cache.replace(app, name, at, written(attributes));
      else cache.invalidate(app, name);
      return outcome;
    } catch (error) {
      cache.invalidate(app, name);
      throw error;
    }
  }

  /** Group commit batches these writes, too, as it does those of many callers. */
  async function writeEach(writes: readonly AttributesWrite[], terms?: WriteTerms): Promise<readonly BatchOutcome[]> {
    const refused: unknown[] = [];
    const outcomes = await Promise.all(
      writes.map(async (each): Promise<BatchOutcome> => {
        try {
          return await writeAttributes(each, terms);
        } catch (error) {
          if (!isUnavailable(error)) throw error;
          refused.push(error);
          return "unavailable";
        }
      }),
    );
    if (refused.length > 0 && refused.length === writes.length) throw refused[0];
    return outcomes;
  }

  async function writeAll(writes: readonly AttributesWrite[], terms?: WriteTerms): Promise<readonly BatchOutcome[]> {
    const [first] = writes;
    if (first === undefined) return [];
    const asker = { address: `${first.app}`, account: terms?.account };
    try {
      return await writeUntilDone(asker, (session, lane, deadline) =>
        writeAllOrNothing(session, lane, writes, deadline, terms?.authority),
      );
    } finally {
      for (const { app, name } of writes) cache?.invalidate(app, name);
    }
  }

  return {
    async ping() {
      const deadline = new Deadline(location.timeoutMs);
      try {
        // Not on a writer's connection: under load calls wait for those, and a busy server is still ready.
        await readers.use(SERVER, (session) => transact(session, deadline, ping));
        return [];
      } catch (error) {
        throw storeError(error, location.text);
      }
    },
    changesSince: (cursor) => read(reads.changesRead(cursor)),
    apps: () => read(reads.APPS),
    app: (number) => read(reads.appRead(number)),
    insertApp: (app) => writeAnnounced(SERVER, (run) => insertApp(run, app)),
    changeApp: (number, change, now) => writeAnnounced(SERVER, (run) => changeApp(run, number, change, now)),
    async deleteApp(number, now) {
      const deleted = await writeAnnounced(SERVER, (run) => deleteApp(run, number, now));
      cache?.invalidateAll();
      return deleted;
    },
    async purge(countMax) {
      for (let removed = 0; ; ) {
        const room = countMax - removed;
        const count = room === 0 ? undefined : await write(SERVER, (run) => purge(run, room));
        if (count === undefined) return removed;
        removed += count;
      }
    },
    signingKeys: () => read(reads.SIGNING_KEYS),
    addSigningKey: (secret, now) => writeAnnounced(SERVER, (run) => addSigningKey(run, secret, now)),
    user: (app, name) => read(reads.userRead(app, name), ofUser(app, name)),
    userById: (app, id) => read(reads.userByIdRead(app, id), ofUser(app, id)),
    users: (app, after, countMax) => read(reads.usersRead(app, after, countMax), ofApp(app)),
    insertUsers: (app, users, authority) => write(ofApp(app), (run) => insertUsers(run, app, users, authority)),
    changeUser: (app, name, change, now, terms = {}) =>
      writeAnnounced(ofUser(app, name), (run) => changeUser(run, app, name, change, now, terms)),
    async deleteUsers(app, names, now, terms = {}) {
      try {
        return await writeAnnounced(ofApp(app), (run, lane) => deleteUsers(run, lane, app, names, now, terms));
      } finally {
        for (const name of names) cache?.invalidate(app, name);
      }
    },
    attributes(app, name, purpose = "answer") {
      const copy = purpose === "answer" ? cache?.find(app, name) : undefined;
      if (copy !== undefined) return copy;
      const fillToken = cache?.fillToken(app, name);
      return coalesced.read(app, [name]).then((found) => {
        const stored = found.get(name);
        if (stored !== undefined && fillToken !== undefined) cache?.add(app, name, fillToken, stored);
        return stored;
      });
    },
    attributesOf,
    version,
    modifiedOf,
    writeAttributes,
    writeAttributesOf: (writes, allOrNothing, terms) =>
      allOrNothing ? writeAll(writes, terms) : writeEach(writes, terms),
    async clearAttributes(app, name, now, authority) {
      try {
        return await write(ofUser(app, name), (run, lane) => clearAttributes(run, lane, app, name, now, authority));
      } finally {
        cache?.invalidate(app, name);
      }
    },
    usage: (app) => read(reads.usageRead(app), ofApp(app)),
  };
}

/** Calls of the server itself or of the operator. */
const SERVER: Asker = { address: "" };

function ofApp(app: number): Asker {
  return { address: `${app}` };
}

/** @param user by name or by id */
function ofUser(app: number, user: string): Asker {
  return { address: `${app}`, account: account({ number: app }, user) };
}
