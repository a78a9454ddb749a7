import { placeOf } from "../../resident/place.ts";
import type { SharedState } from "../shared-state.ts";
import type { NumberedCommand } from "./writer-messages.ts";

/** What a transaction makes stale of that which threads keep in memory. */
export class Effects {
  /** Of users whose attributes it changes, with how often. */
  readonly #places = new Map<number, number>();
  #all = false;
  #announced = false;

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
        this.#announced = true;
        break;
      case "deleteApp":
        this.#all = true;
        this.#announced = true;
        break;
      case "insertApp":
      case "changeApp":
      case "addSigningKey":
      case "changeUser":
        this.#announced = true;
        break;
    }
  }

  /** Before the commit can be seen. */
  begin({ stamps }: SharedState): void {
    if (this.#all) stamps.beginAll();
    stamps.begin(this.#places.keys());
  }

  /** After the commit, or when there is none after all; before anybody is answered. */
  end(shared: SharedState): void {
    shared.stamps.end(this.#places.keys());
    if (this.#all) shared.stamps.endAll();
    if (this.#announced) shared.announce();
  }

  /** The stamp of what the command has stored; undefined when another of the transaction may have changed it again. */
  stampOf(command: NumberedCommand, { stamps }: SharedState): number | undefined {
    if (command[1] !== "writeAttributes") return undefined;
    const place = placeOf(command[2], command[3]);
    return this.#places.get(place) === 1 ? stamps.of(place) : undefined;
  }

  #touch(app: number, name: string): void {
    const place = placeOf(app, name);
    this.#places.set(place, (this.#places.get(place) ?? 0) + 1);
  }
}
