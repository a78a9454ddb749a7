import type { z } from "zod";
import { illegal } from "../core/refusals.ts";
import type { Call } from "./call.ts";
import { BODY_BYTES_MAX } from "./request-body.ts";
import { WireRefusal } from "./wire-refusals.ts";

/** A JSON body, whatever the content type says (clients.md 4), as the schema wants it. */
export async function readJson<Schema extends z.ZodType>(
  { body }: Call,
  schema: Schema,
  bytesMax = BODY_BYTES_MAX,
): Promise<z.infer<Schema>> {
  return check(parseJson(await body.text(bytesMax)), schema);
}

export function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw illegal(`${first?.path.join(".") || "the request body"}: ${first?.message}`);
}

export function parseJson(text: string): unknown {
  try {
    // Some clients begin with a byte order mark, which JSON.parse refuses.
    return JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch {
    throw new WireRefusal({ code: "json_malformed" });
  }
}
