import { z } from "zod";
import { OptionalText } from "./optional-text.ts";

/** Old servers spell the second one both ways (protocol.md § 3.5). */
export const PasswordBody = z.object({
  newpassword: OptionalText,
  oldpassword: OptionalText,
  oldPassword: OptionalText,
});
