import { z } from "zod";

/** Whole milliseconds since 1970. */
export function ms(description?: string) {
  const shape = z.int().min(0).meta({ format: "int64" });
  return shape.describe(`${description ?? ""}${description === undefined ? "" : " "}Milliseconds since 1970.`);
}

/** A whole number from 0. @param isSaid false: it speaks for itself */
export function count(description = "", isSaid = description !== "") {
  const shape = z.int().min(0).meta({ format: "int64" });
  return isSaid ? shape.describe(description) : shape;
}

const Timestamp = ms("When it was answered.");
const Duration = count("Milliseconds inside the server.");

export const TIME_SHAPES = { Timestamp, Duration };

/** What most answers carry beside what they are about. */
export function timed<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.object({ timestamp: Timestamp, duration: Duration, ...shape });
}
