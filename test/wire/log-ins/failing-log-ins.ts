import type { UserName } from "../../../src/core/model.ts";
import { argon2id } from "../../../src/system/passwords.ts";
import type { TestService } from "../../harness/service.ts";

/** A log-in that fails. */
export interface Kind {
  /** A name for each try: none is guessed at so often that it is held back. */
  readonly username: (attempt: string) => string;
  readonly password: string;
  readonly status: number;
}

const WRONG_PASSWORD: Kind = { username: (attempt) => `active-${attempt}`, password: "wrong", status: 400 };
/** The same three times: how far they are apart is the machine's doing. */
export const PROBES: Readonly<Record<string, Kind>> = {
  "a wrong password": WRONG_PASSWORD,
  "a wrong password again": WRONG_PASSWORD,
  "a wrong password once more": WRONG_PASSWORD,
};

export const KINDS: Readonly<Record<string, Kind>> = {
  ...PROBES,
  "an unknown user": { username: (attempt) => `ghost-${attempt}`, password: "wrong", status: 404 },
  "an illegal username": { username: (attempt) => `no user ${attempt}`, password: "wrong", status: 404 },
  "a user without a password": { username: (attempt) => `without-${attempt}`, password: "wrong", status: 400 },
  "a deactivated user": { username: (attempt) => `inactive-${attempt}`, password: "wrong", status: 400 },
  "a deactivated user's password": { username: (attempt) => `inactive-${attempt}`, password: "secret", status: 400 },
  "an empty password": { username: (attempt) => `active-${attempt}`, password: "", status: 400 },
};

/** @param runs in each of which every kind is tried `tries` times, with users of its own */
export async function prepareUsers({ store, app }: TestService, runs: number, tries: number): Promise<void> {
  const hash = await argon2id.hash("secret");
  const created = Date.now();
  for (let run = 0; run < runs; run++) {
    for (let attempt = 0; attempt < tries; attempt++) {
      const user = (kind: string, passwordHash: string | null) => {
        const name = `${kind}-${run}.${attempt}` as UserName; // as: a legal one
        return { id: crypto.randomUUID(), name, passwordHash, nickname: null, created };
      };
      const inactive = user("inactive", hash);
      await store.insertUsers(app.number, [user("active", hash), user("without", null), inactive]);
      await store.changeUser(app.number, inactive.name, { activated: false }, created);
    }
  }
}
