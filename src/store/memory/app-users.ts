import { NO_ATTRIBUTES_JSON } from "../../core/metadata/attributes.ts";
import type { User, UserName } from "../../core/model.ts";
import type { StoredAttributes } from "../../core/ports/attribute-store.ts";
import type { NewUser, UserCursor } from "../../core/ports/user-store.ts";
import { insertedUser } from "../../core/updated-entities.ts";

/** A user and their attributes: one row. Both are replaced, never changed. */
export interface Row {
  user: User;
  attributes: StoredAttributes;
}

/** The users of one app, by name and in order of creation, and their total size. */
export class AppUsers {
  usage = 0;
  readonly #byName = new Map<UserName, Row>();
  /** By id. */
  readonly #names = new Map<string, UserName>();
  /** Sorted by creation, then name. */
  readonly #order: UserCursor[] = [];

  get(name: UserName): Row | undefined {
    return this.#byName.get(name);
  }

  byId(id: string): Row | undefined {
    const name = this.#names.get(id);
    return name === undefined ? undefined : this.get(name);
  }

  /** False if the name or the id is taken, as a name or as an id. */
  insert(draft: NewUser): boolean {
    const texts = [draft.name, draft.id as UserName]; // as: only looked up
    if (texts.some((text) => this.#byName.has(text) || this.#names.has(text))) return false;
    const user = insertedUser(draft);
    const attributes = { userId: draft.id, json: NO_ATTRIBUTES_JSON, bytes: 0, version: 0, modified: draft.created };
    this.#byName.set(draft.name, { user, attributes });
    this.#names.set(draft.id, draft.name);
    const { created, name } = draft;
    this.#order.splice(this.#indexAfter({ created, name }), 0, { created, name });
    return true;
  }

  remove(name: UserName): User | undefined {
    const row = this.#byName.get(name);
    if (row === undefined) return undefined;
    this.#byName.delete(name);
    this.#names.delete(row.user.id);
    this.#order.splice(this.#indexAfter(row.user) - 1, 1);
    this.usage -= row.attributes.bytes;
    return row.user;
  }

  /** Replaces the attributes and moves the usage with them. */
  replaceAttributes(row: Row, attributes: StoredAttributes): void {
    this.usage += attributes.bytes - row.attributes.bytes;
    row.attributes = attributes;
  }

  page(after: UserCursor | undefined, countMax: number): User[] {
    const from = after === undefined ? 0 : this.#indexAfter(after);
    const names = this.#order.slice(from, from + countMax);
    return names.flatMap(({ name }) => this.#byName.get(name)?.user ?? []);
  }

  /** Removes up to `countMax` users; returns the number removed. */
  removeSome(countMax: number): number {
    const users = this.page(undefined, countMax);
    for (const { name } of users) this.remove(name);
    return users.length;
  }

  /** How many users come before this cursor or are at it. */
  #indexAfter({ created, name }: UserCursor): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#order[middle];
      const isBehind =
        other !== undefined && (other.created > created || (other.created === created && other.name > name));
      if (isBehind) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
