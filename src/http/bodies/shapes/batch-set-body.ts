import { z } from "zod";

/** What is in `targets` and `versions` is read by hand, since it may be very much. */
export const BatchSetBody = z.object({
  /** By username, what a PATCH of that user would hold. */
  targets: z.unknown().optional(),
  /** By username, `lastModified` of the attributes that are replaced. */
  versions: z.unknown().optional(),
  atomic: z.boolean().nullish(),
});
