import { keyHash } from "../../cache/key-hash.ts";
import type { SharedState } from "../shared-state.ts";
import type { NumberedCommand } from "./writer-messages.ts";

/** What a transaction makes stale of that which threads keep in memory. */
export class Invalidations {
  /** Of users whose attributes it changes, with how often. */
  readonly #stripes = new Map<number, number>();
  #all = false;
  #changesFeed = false;

  /** To be told of every command that has been carried out, and of what it answered. */
  add(command: NumberedCommand, result: unknown): void {
    switch (command[1]) {
      case "writeAttributes":
        if (result === "written") this.#touch(command[2], command[3]);
        break;
      case "writeAttributesOf":
        // Also those that were refused: to read them once more costs little.
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

  /** Before the commit can be seen. */
  begin({ stamps }: SharedState): void {
    if (this.#all) stamps.beginAll();
    stamps.begin(this.#stripes.keys());
  }

  /** After the commit, or when there is none after all; before anybody is answered. */
  end(shared: SharedState): void {
    shared.stamps.end(this.#stripes.keys());
    if (this.#all) shared.stamps.endAll();
    if (this.#changesFeed) shared.bumpFeedVersion();
  }

  /** The stamp of what the command has stored; undefined when another of the transaction may have changed it again. */
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
