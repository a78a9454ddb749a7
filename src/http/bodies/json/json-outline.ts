import type { Pace } from "../../../core/async/pace.ts";
import { JsonReader } from "../../../core/metadata/json-reader.ts";
import { noObject } from "./json-maps.ts";

/** The positions of some members' values in a long JSON object. Of duplicate names the last wins, as in JSON. */
export class JsonOutline {
  readonly #text: string;
  readonly #positions = new Map<string, number>();

  private constructor(text: string) {
    this.#text = text;
  }

  /** Scans the whole text once without building values. Refuses malformed JSON and anything but an object. */
  static async of(text: string, names: ReadonlySet<string>, pace: Pace): Promise<JsonOutline> {
    const outline = new JsonOutline(text);
    const reader = new JsonReader(text);
    if (reader.kind() !== "object") {
      await reader.pass(pace);
      reader.end();
      throw noObject("the request body");
    }
    reader.open();
    for (let key = reader.key(); key !== undefined; key = reader.key()) {
      if (names.has(key)) outline.#positions.set(key, reader.position);
      await reader.pass(pace);
    }
    reader.end();
    return outline;
  }

  /** A reader at the member's value; undefined if there is no such member. */
  member(name: string): JsonReader | undefined {
    const position = this.#positions.get(name);
    return position === undefined ? undefined : this.at(position);
  }

  at(position: number): JsonReader {
    return new JsonReader(this.#text, position);
  }
}
