import type { z } from "zod";
import { illegal, Refusal } from "../../../core/refusals.ts";
import type { BodyCall } from "../../call.ts";
import { readText } from "../read-text.ts";

/**
 * Longer texts are read by `JsonReader`, which can stop and rest; `JSON.parse` is the faster one, and of this length
 * nothing takes it more than a millisecond or two.
 */
export const PARSED_CHARACTERS_MAX = 16_384;

/**
 * A JSON body, whatever the content type says (clients.md 4), as the schema wants it.
 * @param bytesMax what is longer is refused; not above `PARSED_CHARACTERS_MAX`, since it is parsed in one go
 */
export async function readJson<Schema extends z.ZodType>(
  call: BodyCall,
  schema: Schema,
  bytesMax: number,
): Promise<z.infer<Schema>> {
  return check(parseJson(await readText(call, bytesMax)), schema);
}

/** @param schema one that makes few issues, of whatever value: each issue is an object */
export function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw illegal(`${first?.path.join(".") || "the request body"}: ${first?.message}`);
}

/** @param text not longer than `PARSED_CHARACTERS_MAX` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

function malformed(): Refusal {
  return new Refusal({ code: "json_malformed" });
}
