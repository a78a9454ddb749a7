import { z } from "zod";
import { OptionalText } from "./optional-text.ts";

/** The old password has two spellings, since old servers accept both (docs/PROTOCOL.md § Users). */
export const PasswordBody = z.object({
  newpassword: OptionalText,
  oldpassword: OptionalText,
  oldPassword: OptionalText,
});
