import { z } from "zod";

/** Optional text; null counts as omitted. */
export const OptionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
