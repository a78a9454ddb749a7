/**
 * `shapes/`: zod shapes of bodies and answers, for the document's schemas. Only `src/http/shapes/` checks requests.
 */

import { z } from "zod";

/** Whole milliseconds since 1970. */
export function ms(description?: string) {
  const shape = z.int().min(0).meta({ format: "int64" });
  return shape.describe(`${description ?? ""}${description === undefined ? "" : " "}Milliseconds since 1970.`);
}

/** A whole number from 0. @param isSaid false omits the description */
export function count(description = "", isSaid = description !== "") {
  const shape = z.int().min(0).meta({ format: "int64" });
  return isSaid ? shape.describe(description) : shape;
}

const Timestamp = ms("Time of the answer.");
const Duration = count("Milliseconds spent inside the server.");

export const TIME_SHAPES = { Timestamp, Duration };

/** An answer with the members that most answers carry. */
export function timed<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.object({ timestamp: Timestamp, duration: Duration, ...shape });
}
