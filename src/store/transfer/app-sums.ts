import { createHash } from "node:crypto";
import { type TransferUser, USER_FIELDS } from "./transfer.ts";

/** Sums over an app's users. Two stores with the same sums hold the same users. */
export interface AppSums {
  readonly users: number;
  /** Σ bytes, the app's usage. */
  readonly bytes: number;
  /** Σ versions. */
  readonly versions: number;
  readonly withPassword: number;
  /** SHA-256 over every field of every user in the order of names, in hexadecimal. */
  readonly checksum: string;
}

/** Adds up an app's users, read in order of their names. */
export class AppSummer {
  #users = 0;
  #bytes = 0;
  #versions = 0;
  #withPassword = 0;
  readonly #hash = createHash("sha256");

  /** The split into calls does not change the sums. */
  add(users: readonly TransferUser[]): void {
    for (const { bytes, version, passwordHash } of users) {
      this.#bytes += bytes;
      this.#versions += version;
      if (passwordHash !== null) this.#withPassword += 1;
    }
    this.#users += users.length;
    // As JSON, so that field boundaries and types (number, text, null) are part of the checksum.
    this.#hash.update(users.map((user) => JSON.stringify(USER_FIELDS.map((field) => user[field]))).join(""));
  }

  /** Call last. */
  sums(): AppSums {
    return {
      users: this.#users,
      bytes: this.#bytes,
      versions: this.#versions,
      withPassword: this.#withPassword,
      checksum: this.#hash.digest("hex"),
    };
  }
}
