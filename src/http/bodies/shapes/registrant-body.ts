import { z } from "zod";
import { OptionalText } from "./optional-text.ts";

export const RegistrantBody = z.object({ username: OptionalText, password: OptionalText, nickname: OptionalText });
