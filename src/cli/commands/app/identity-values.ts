import { resolve } from "node:path";
import { z } from "zod";
import { didYouMean } from "../../../config/did-you-mean.ts";
import { choicesOf, oneOf, wholeNumber } from "../../../config/values.ts";
import { JWT_ALGORITHMS, USER_CLAIM_MAPS } from "../../../core/identity-settings.ts";

/** A flag's text → its value, or the error in it. Relative paths are relative to the folder. */
export type ReadFlag = (text: string, folder: string) => { readonly value: unknown } | { readonly mistake: string };

/** Removes an optional setting. */
export const NONE = "none";
/** The issuer's keys are at the address that its discovery document names. */
export const DISCOVERY = "discovery";

const CACHE_SECONDS_MAX = 3600;

export const appId = parsedBy(z.string().regex(/^[0-9a-fA-F]{32}$/, "must be 32 hexadecimal digits"));
export const word = parsedBy(
  z.string().regex(/^\S{1,256}$/, "must be a text without spaces, at most 256 characters long"),
);
export const url = parsedBy(
  z
    .url({ protocol: /^https?$/, message: "must be an http: or https: URL" })
    .refine((text) => !/[?#@]/.test(text), "must be a URL without a user, a query and a fragment")
    // An issuer is compared as text, so it must stay as given.
    .transform((text) => text),
);
export const cacheSeconds = parsedBy(wholeNumber(1, CACHE_SECONDS_MAX));
export const claimMap = parsedBy(oneOf(USER_CLAIM_MAPS));
export const algorithms = parsedBy(
  z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(JWT_ALGORITHMS, `must be a list of ${JWT_ALGORITHMS.join(", ")}, with commas`)).min(1)),
);

export function wordOrNone(text: string, folder: string): ReturnType<ReadFlag> {
  return text === NONE ? { value: null } : word(text, folder);
}

export function path(text: string, folder: string): ReturnType<ReadFlag> {
  return text === "" ? { mistake: "must be the path of a file" } : { value: resolve(folder, text) };
}

export function jwks(text: string, folder: string): ReturnType<ReadFlag> {
  if (text === DISCOVERY) return { value: null };
  return isUrl(text) ? url(text, folder) : path(text, folder);
}

/** Whether a text that may be a path is a URL. */
export function isUrl(text: string): boolean {
  return /^https?:/.test(text);
}

function parsedBy(schema: z.ZodType<unknown, string>): ReadFlag {
  return (text) => {
    const result = schema.safeParse(text);
    if (result.success) return { value: result.data };
    return { mistake: `${result.error.issues[0]?.message}${didYouMean(text, choicesOf(schema))}` };
  };
}
