import { z } from "zod";
import { COMPANION_ANSWERS } from "../../http/companion/companion-routes.ts";
import { ENVELOPE } from "./account-answers.ts";
import { timed } from "./envelope.ts";

type Fixed = string | number | boolean | readonly [] | { readonly [name: string]: Fixed };

/** These answers are constant, so their values describe them. */
function fixedShape(value: Fixed): z.ZodType {
  if (Array.isArray(value)) return z.array(z.unknown()).max(0);
  return typeof value === "object" ? z.object(fixedMembers(value as Fixed & object)) : z.literal(value);
}

function fixedMembers(value: object): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, fixedShape(part)]));
}

export const COMPANION_SHAPES: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  Object.entries(COMPANION_ANSWERS).map(([name, members]) => [name, timed({ ...ENVELOPE, ...fixedMembers(members) })]),
);
