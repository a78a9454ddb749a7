import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../store-error.ts";
import { rowsOf } from "../connection/session.ts";
import type { TransferSession } from "./transfer-session.ts";

/** Longer than a server that lives goes without a beat. */
const LOOK_AGAIN_MS = 2500;

/** Whether any server has the store: one that beats. Rows that stay as they are were left by servers that died. */
export class ServersAtRest {
  readonly #session: TransferSession;
  readonly #location: string;
  #beats: ReadonlyMap<string, number>;

  constructor(session: TransferSession, location: string, beats: ReadonlyMap<string, number>) {
    this.#session = session;
    this.#location = location;
    this.#beats = beats;
  }

  /** Looks twice where there are rows; rejects with `in_use` when one of them beats. */
  static async watch(session: TransferSession, location: string): Promise<ServersAtRest> {
    const watched = new ServersAtRest(session, location, await beatsOf(session));
    if (watched.#beats.size > 0) {
      await pause(LOOK_AGAIN_MS);
      await watched.check();
    }
    return watched;
  }

  /** Rejects with `in_use` when a server has beaten since the last look. */
  async check(): Promise<void> {
    const beats = await beatsOf(this.#session);
    const alive = [...beats].filter(([id, beat]) => this.#beats.get(id) !== beat);
    this.#beats = beats;
    if (alive.length === 0) return;
    const servers = alive.length === 1 ? "a usermeta server" : `${alive.length} usermeta servers`;
    throw new StoreError("in_use", `${this.#location} is in use by ${servers}: stop all its servers to copy it`);
  }
}

async function beatsOf(session: TransferSession): Promise<ReadonlyMap<string, number>> {
  return new Map(rowsOf<[string, number]>(await session.ask("SELECT id, beat FROM servers")));
}
