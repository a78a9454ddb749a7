/**
 * `shapes/`: zod shapes of request bodies, which also make the API's document. They check types only; rules are core's.
 */

import { z } from "zod";

/** `targets` and `versions` may be large, so their contents are read by hand. */
export const BatchSetBody = z.object({
  /** By username: the same as the body of a PATCH of that user. */
  targets: z.unknown().optional(),
  /** By username: `lastModified` of the attributes to be replaced. */
  versions: z.unknown().optional(),
  atomic: z.boolean().nullish(),
});
