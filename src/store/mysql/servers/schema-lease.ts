import { failureKind } from "../connection/errors.ts";
import { changedBy, rowsOf, type Session } from "../connection/session.ts";

const POLL_MS = 200;
const HEARTBEAT_MS = 1000;
/** A migrator whose heartbeat has not changed for this long is gone. */
const GONE_MS = 5000;
const TIMEOUT_MS = 10_000;
/** Short, so that after the loss of a node the next heartbeat goes through another node before the lease expires. */
const HEARTBEAT_TIMEOUT_MS = 2000;

/**
 * The lock of a migration: a lease in a row that all processes read. Not GET_LOCK, which on Galera locks one node only.
 * The holder sends heartbeats; a waiting migrator takes over the lease if they stop.
 */
export class SchemaLease implements AsyncDisposable {
  readonly #session: Session;
  readonly #migrator: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #heartbeat: Promise<unknown> = Promise.resolve();

  /**
   * @param heartbeatSession a second session: the first one is busy with the migration
   * @param goneMs more than twice the time between two heartbeats
   */
  static async take(
    session: Session,
    heartbeatSession: Session,
    migrator: string,
    goneMs: number = GONE_MS,
  ): Promise<SchemaLease> {
    let seen = "";
    let seenAt = performance.now();
    for (;;) {
      const [row] = rowsOf<[string | null, number]>(
        await session.one("SELECT migrator, beat FROM usermeta_schema WHERE one = 1", [], TIMEOUT_MS),
      );
      const [holder, heartbeat] = row ?? [null, 0];
      if (seen !== `${holder} ${heartbeat}`) {
        seen = `${holder} ${heartbeat}`;
        seenAt = performance.now();
      }
      const isFree = holder === null || performance.now() - seenAt > goneMs;
      if (isFree && (await replace(session, holder, heartbeat, migrator))) {
        return new SchemaLease(session, heartbeatSession, migrator);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, POLL_MS);
      await promise;
    }
  }

  private constructor(session: Session, heartbeatSession: Session, migrator: string) {
    this.#session = session;
    this.#migrator = migrator;
    this.#timer = setInterval(() => {
      const sql = "UPDATE usermeta_schema SET beat = beat + 1 WHERE one = 1 AND migrator = ?";
      // After a takeover, the recorded version stops this migrator; this statement need not.
      this.#heartbeat = heartbeatSession.one(sql, [migrator], HEARTBEAT_TIMEOUT_MS).catch(() => {});
    }, HEARTBEAT_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#heartbeat;
    const sql = "UPDATE usermeta_schema SET migrator = NULL WHERE one = 1 AND migrator = ?";
    await this.#session.one(sql, [this.#migrator], TIMEOUT_MS);
  }
}

async function replace(session: Session, holder: string | null, heartbeat: number, migrator: string): Promise<boolean> {
  const sql = "UPDATE usermeta_schema SET migrator = ?, beat = beat + 1 WHERE one = 1 AND migrator <=> ? AND beat = ?";
  try {
    return changedBy(await session.one(sql, [migrator, holder, heartbeat], TIMEOUT_MS)) === 1;
  } catch (error) {
    // A migrator on another node was first.
    if (failureKind(error) === "again") return false;
    throw error;
  }
}
