import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../store-error.ts";
import { rowsOf } from "../connection/session.ts";
import type { TransferSession } from "./transfer-session.ts";

/** Longer than the interval between the heartbeats of a live server. */
const HEARTBEAT_WATCH_MS = 2500;

/**
 * Finds out whether a server is alive on the store: its heartbeat changes. Rows that do not change were left by crashed
 * servers.
 */
export class HeartbeatCheck {
  readonly #session: TransferSession;
  readonly #location: string;
  #heartbeats: ReadonlyMap<string, number>;

  constructor(session: TransferSession, location: string, heartbeats: ReadonlyMap<string, number>) {
    this.#session = session;
    this.#location = location;
    this.#heartbeats = heartbeats;
  }

  /** Compares two readings if there are rows; rejects with `in_use` if a server is alive. */
  static async watch(session: TransferSession, location: string): Promise<HeartbeatCheck> {
    const watched = new HeartbeatCheck(session, location, await heartbeatsOf(session));
    if (watched.#heartbeats.size > 0) {
      await pause(HEARTBEAT_WATCH_MS);
      await watched.check();
    }
    return watched;
  }

  /** Rejects with `in_use` if a heartbeat has changed since the last reading. */
  async check(): Promise<void> {
    const heartbeats = await heartbeatsOf(this.#session);
    const alive = [...heartbeats].filter(([id, heartbeat]) => this.#heartbeats.get(id) !== heartbeat);
    this.#heartbeats = heartbeats;
    if (alive.length === 0) return;
    const servers = alive.length === 1 ? "a usermeta server" : `${alive.length} usermeta servers`;
    throw new StoreError("in_use", `${this.#location} is in use by ${servers}: stop all its servers to copy it`);
  }
}

async function heartbeatsOf(session: TransferSession): Promise<ReadonlyMap<string, number>> {
  return new Map(rowsOf<[string, number]>(await session.ask("SELECT id, beat FROM servers")));
}
