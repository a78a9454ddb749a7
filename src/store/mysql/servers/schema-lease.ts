import { failureKind } from "../connection/errors.ts";
import { changedBy, rowsOf, type Session } from "../connection/session.ts";

const LOOK_MS = 200;
const BEAT_MS = 1000;
/** A migrator whose beat has not moved for so long is gone. */
const GONE_MS = 5000;
const TIMEOUT_MS = 10_000;
/** So that a beat that is lost with its node is followed by one through another node before the migrator seems gone. */
const BEAT_TIMEOUT_MS = 2000;

/**
 * The right to change the schema, in the row that all processes know. Not GET_LOCK: on Galera that is a lock of one node
 * only. Who holds it moves the beat; who waits takes it over from one whose beat stands still.
 */
export class SchemaLease implements AsyncDisposable {
  readonly #session: Session;
  readonly #migrator: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #beating: Promise<unknown> = Promise.resolve();

  /**
   * @param beating a session of its own: the other one is busy with the step
   * @param goneMs more than twice the time between two beats
   */
  static async take(
    session: Session,
    beating: Session,
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
        return new SchemaLease(session, beating, migrator);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, LOOK_MS);
      await promise;
    }
  }

  private constructor(session: Session, beating: Session, migrator: string) {
    this.#session = session;
    this.#migrator = migrator;
    this.#timer = setInterval(() => {
      const sql = "UPDATE usermeta_schema SET beat = beat + 1 WHERE one = 1 AND migrator = ?";
      // Whoever takes it over is held up by the recorded version, not by this.
      this.#beating = beating.one(sql, [migrator], BEAT_TIMEOUT_MS).catch(() => {});
    }, BEAT_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    const sql = "UPDATE usermeta_schema SET migrator = NULL WHERE one = 1 AND migrator = ?";
    await this.#session.one(sql, [this.#migrator], TIMEOUT_MS);
  }
}

async function replace(session: Session, holder: string | null, heartbeat: number, migrator: string): Promise<boolean> {
  const sql = "UPDATE usermeta_schema SET migrator = ?, beat = beat + 1 WHERE one = 1 AND migrator <=> ? AND beat = ?";
  try {
    return changedBy(await session.one(sql, [migrator, holder, heartbeat], TIMEOUT_MS)) === 1;
  } catch (error) {
    // Another node's was first.
    if (failureKind(error) === "again") return false;
    throw error;
  }
}
