import { z } from "zod";

/** The rule of `userName` (core). */
export const Username = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}$/)
  .describe("1 to 64 of `a-z 0-9 _ . -`; capitals are converted to lower case. `.` and `..` are not allowed.");
