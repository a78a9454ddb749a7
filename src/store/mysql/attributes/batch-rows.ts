import { type AppEnds, askingUser, hasEnded, type UserEnds } from "../../../core/authority.ts";
import type { AttributesWrite } from "../../../core/ports/attribute-store.ts";
import type { Authority } from "../../../core/ports/terms.ts";
import { type Answer, rowsOf, type Statement } from "../connection/session.ts";
import { APP_ENDS, type AppEndsRow, appEndsOf, USER_ENDS, type UserEndsRow, userEndsOf } from "./authority-rows.ts";
import { SHARED_NOWAIT, SHARED_SKIP_LOCKED } from "./shared-locks.ts";

/** One write of a batch, with the authority of its caller. */
export interface BatchedWrite {
  readonly write: AttributesWrite;
  /** Undefined: the operator. */
  readonly authority: Authority | undefined;
}

/** How a batch locks rows. No variant waits: a wait, or a deadlock, would block every write of the batch. */
type Locking = "none" | "nowait" | "skip locked";

const OF_APPS: Readonly<Record<Locking, string>> = {
  none: "",
  nowait: SHARED_NOWAIT,
  "skip locked": SHARED_SKIP_LOCKED,
};
const OF_USERS: Readonly<Record<Locking, string>> = {
  none: "",
  nowait: "FOR UPDATE NOWAIT",
  "skip locked": "FOR UPDATE SKIP LOCKED",
};

export interface FoundRows {
  readonly apps: ReadonlyMap<number, AppEnds>;
  /** By `keyOf`. */
  readonly users: ReadonlyMap<string, UserEnds>;
}

/**
 * The rows that a batch locks until its transaction ends: the users whose attributes it replaces, and the apps and
 * users that the callers' authority depends on.
 */
export class BatchRows {
  readonly #apps = new Set<number>();
  readonly #users = new Map<number, Set<string>>();

  constructor(batch: readonly BatchedWrite[]) {
    for (const { write, authority } of batch) {
      const { app, name } = write;
      const names = this.#users.get(app) ?? new Set();
      this.#users.set(app, names.add(name));
      if (authority === undefined) continue;
      this.#apps.add(app);
      const asker = askingUser(authority);
      if (asker !== undefined) names.add(asker);
    }
  }

  /** Apps before users, as in every transaction that locks both: a fixed order avoids deadlocks. */
  statements(locking: Locking): readonly Statement[] {
    const apps = {
      sql: `SELECT number, ${APP_ENDS} FROM apps FORCE INDEX (PRIMARY) WHERE number IN (?) ${OF_APPS[locking]}`,
    };
    return [
      ...(this.#apps.size === 0 ? [] : [{ ...apps, values: [[...this.#apps]] }]),
      ...[...this.#users].map(([app, names]) => ({
        sql: `SELECT name, ${USER_ENDS} FROM users WHERE app = ? AND name IN (?) ${OF_USERS[locking]}`,
        values: [app, [...names]],
      })),
    ];
  }

  /** Decodes the answers to `statements`. */
  found(answers: readonly Answer[]): FoundRows {
    const ofUsers = [...answers];
    const apps = new Map<number, AppEnds>();
    const users = new Map<string, UserEnds>();
    if (this.#apps.size > 0) {
      const rows = rowsOf<readonly [number, ...AppEndsRow]>(ofUsers.shift());
      for (const [number, ...ends] of rows) apps.set(number, appEndsOf(ends));
    }
    for (const [index, app] of [...this.#users.keys()].entries()) {
      const rows = rowsOf<readonly [string, ...UserEndsRow]>(ofUsers[index]);
      for (const [name, ...ends] of rows) users.set(keyOf(app, name), userEndsOf(ends));
    }
    return { apps, users };
  }
}

/** Judges a write by the batch's rows. If the app is gone, so are its lanes, and the usage statement fails. */
export function isUnauthorised({ write, authority }: BatchedWrite, { apps, users }: FoundRows): boolean {
  return hasEnded(authority, apps.get(write.app), (asker) => users.get(keyOf(write.app, asker)));
}

/** Whether another transaction holds one of the rows that the write needs. */
export function isBlocked({ write, authority }: BatchedWrite, found: FoundRows, free: FoundRows): boolean {
  const { app, name } = write;
  const users = [name, askingUser(authority) ?? name].map((each) => keyOf(app, each));
  return (
    (found.apps.has(app) && !free.apps.has(app)) || users.some((user) => found.users.has(user) && !free.users.has(user))
  );
}

function keyOf(app: number, name: string): string {
  return `${app}/${name}`;
}
