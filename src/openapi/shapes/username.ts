import { z } from "zod";

/** As `userName` (core) takes it. */
export const Username = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}$/)
  .describe("1 to 64 of `a-z 0-9 _ . -`; capitals are folded to lower case. `.` and `..` are none.");
