import { z } from "zod";

/** Text that may be left out; null is as good as left out. */
export const OptionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
