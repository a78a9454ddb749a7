import type { Pace } from "../../../core/async/pace.ts";
import { JsonReader } from "../../../core/metadata/json-reader.ts";
import { noObject } from "./json-maps.ts";

/** Where in a long JSON text the values of some members of its object begin; of two of one name JSON takes the last. */
export class JsonOutline {
  readonly #text: string;
  readonly #places = new Map<string, number>();

  private constructor(text: string) {
    this.#text = text;
  }

  /** Reads the whole text once, and builds nothing of it. Refuses what is malformed, and what is no object. */
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
      if (names.has(key)) outline.#places.set(key, reader.position);
      await reader.pass(pace);
    }
    reader.end();
    return outline;
  }

  /** Begins with the member's value; undefined where there is no such member. */
  member(name: string): JsonReader | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.at(place);
  }

  at(place: number): JsonReader {
    return new JsonReader(this.#text, place);
  }
}
