import { resolve } from "node:path";
import { z } from "zod";

/** A flag's text → its value, or what is wrong with it. Relative paths are relative to the folder. */
export type ReadFlag = (text: string, folder: string) => { readonly value: unknown } | { readonly mistake: string };

export const appId = parsedBy(z.string().regex(/^[0-9a-fA-F]{32}$/, "must be 32 hexadecimal digits"));
export const word = parsedBy(
  z.string().regex(/^\S{1,256}$/, "must be a text without spaces, at most 256 characters long"),
);

export function path(text: string, folder: string): ReturnType<ReadFlag> {
  return text === "" ? { mistake: "must be the path of a file" } : { value: resolve(folder, text) };
}

function parsedBy(schema: z.ZodType<unknown, string>): ReadFlag {
  return (text) => {
    const result = schema.safeParse(text);
    return result.success ? { value: result.data } : { mistake: result.error.issues[0]?.message ?? "is not right" };
  };
}
