import { keyHash } from "../../cache/key-hash.ts";
import type { SharedState } from "../shared-state.ts";
import type { NumberedCommand } from "./writer-messages.ts";

/** The cached copies that a transaction invalidates on all threads, and whether the change feed grows. */
export class Invalidations {
  /** The stripes of the changed users, and how often each was changed. */
  readonly #stripes = new Map<number, number>();
  #all = false;
  #changesFeed = false;

  /** Call for every command that ran, with its result. */
  add(command: NumberedCommand, result: unknown): void {
    switch (command[1]) {
      case "writeAttributes":
        if (result === "written") this.#touch(command[2], command[3]);
        break;
      case "writeAttributesOf":
        // Refused ones, too: reading them once more costs little.
        for (const { app, name } of command[2]) this.#touch(app, name);
        break;
      case "clearAttributes":
        this.#touch(command[2], command[3]);
        break;
      case "deleteUsers":
        for (const user of command[3]) this.#touch(command[2], user);
        this.#changesFeed = true;
        break;
      case "deleteApp":
        this.#all = true;
        this.#changesFeed = true;
        break;
      case "insertApp":
      case "changeApp":
      case "addSigningKey":
      case "changeUser":
        this.#changesFeed = true;
        break;
    }
  }

  /** Call before the commit can be seen. */
  begin({ stamps }: SharedState): void {
    if (this.#all) stamps.beginAll();
    stamps.begin(this.#stripes.keys());
  }

  /** Call after the commit or the rollback, and before any command is answered. */
  end(shared: SharedState): void {
    shared.stamps.end(this.#stripes.keys());
    if (this.#all) shared.stamps.endAll();
    if (this.#changesFeed) shared.bumpFeedVersion();
  }

  /**
   * The stamp of the stored attributes; undefined if another command of the transaction may have changed them again.
   */
  stampOf(command: NumberedCommand, { stamps }: SharedState): number | undefined {
    if (command[1] !== "writeAttributes") return undefined;
    const hash = keyHash(command[2], command[3]);
    return this.#stripes.get(hash) === 1 ? stamps.of(hash) : undefined;
  }

  #touch(app: number, name: string): void {
    const hash = keyHash(app, name);
    this.#stripes.set(hash, (this.#stripes.get(hash) ?? 0) + 1);
  }
}
