import { type AppEnds, askingUser, hasEnded, type UserEnds } from "../../../core/authority.ts";
import type { AttributesWrite } from "../../../core/ports.ts";
import type { Authority } from "../../../core/terms.ts";
import { type Answer, rowsOf, type Statement } from "../connection/session.ts";
import { APP_ENDS, type AppEndsRow, appEndsOf, USER_ENDS, type UserEndsRow, userEndsOf } from "./authority-rows.ts";
import { SHARED_NOWAIT, SHARED_SKIP_LOCKED } from "./shared-locks.ts";

/** One of those that are committed together, each for whoever asks for it. */
export interface BatchedWrite {
  readonly write: AttributesWrite;
  /** Undefined: the operator's. */
  readonly authority: Authority | undefined;
}

/** How a batch's rows are read: nobody's wait, for what would hold up one would hold up all. */
type Locking = "none" | "refused at once" | "skipping locked";

const OF_APPS: Readonly<Record<Locking, string>> = {
  none: "",
  "refused at once": SHARED_NOWAIT,
  "skipping locked": SHARED_SKIP_LOCKED,
};
const OF_USERS: Readonly<Record<Locking, string>> = {
  none: "",
  "refused at once": "FOR UPDATE NOWAIT",
  "skipping locked": "FOR UPDATE SKIP LOCKED",
};

export interface FoundRows {
  readonly apps: ReadonlyMap<number, AppEnds>;
  /** By `keyOf`. */
  readonly users: ReadonlyMap<string, UserEnds>;
}

/**
 * The rows that a batch needs to the end of its transaction: its users', whose attributes are replaced, and what the
 * authority of those who ask is judged by, their apps' and their own.
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

  /** The apps come before their users, as in every transaction that locks both. */
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

  /** What the statements have found. */
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

/** By a batch's rows. Of an app that is gone nothing is: its lanes are gone too, and say so. */
export function isUnauthorised({ write, authority }: BatchedWrite, { apps, users }: FoundRows): boolean {
  return hasEnded(authority, apps.get(write.app), (asker) => users.get(keyOf(write.app, asker)));
}

/** Whether somebody else has one of the rows that the write needs. */
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
