import { setTimeout as pause } from "node:timers/promises";
import { Deadline } from "../connection/deadline.ts";
import { failureKind, storeError } from "../connection/errors.ts";
import { Hosts } from "../connection/hosts.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { type Answer, Session, type Value } from "../connection/session.ts";
import { type Result, type Run, transact } from "../transaction/transact.ts";

/** For a page of users, even from a busy database. */
const STATEMENT_MS = 120_000;
/** How long to retry while the database is away or refuses: a node may be restarting. */
const RETRY_MS = 60_000;
const PAUSE_MS = 250;
const TRANSACTION_MS = 120_000;

/**
 * A connection for long work. Statements must be idempotent: they are retried when the connection is lost. Calls must
 * not overlap; rejects with a `StoreError`.
 */
export class TransferSession implements AsyncDisposable {
  readonly #session: Session;
  readonly #location: MysqlLocation;

  constructor(location: MysqlLocation) {
    this.#location = location;
    this.#session = new Session(location, new Hosts(location.hosts));
  }

  /** @param timeoutMs longer than usual for statements that read very many rows */
  async ask(sql: string, values: readonly Value[] = [], timeoutMs = STATEMENT_MS): Promise<Answer> {
    const until = performance.now() + RETRY_MS;
    for (;;) {
      try {
        return await this.#session.one(sql, values, timeoutMs);
      } catch (error) {
        const kind = failureKind(error);
        const isFinal = kind === "other" || kind === "duplicate";
        if (isFinal || performance.now() > until) throw storeError(error, this.#location.text);
      }
      await pause(PAUSE_MS);
    }
  }

  async transact<T>(body: (run: Run) => Promise<Result<T>>): Promise<T> {
    try {
      return await transact(this.#session, new Deadline(TRANSACTION_MS), body);
    } catch (error) {
      throw storeError(error, this.#location.text);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
  }
}
