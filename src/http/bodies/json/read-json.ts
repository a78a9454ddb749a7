/**
 * `bodies/json/`: bodies as JSON. Short texts are parsed by `JSON.parse`, long ones in pieces, so that no body blocks
 * the thread. It checks shapes and counts, and no rule about users or apps.
 */

import type { z } from "zod";
import { illegal, Refusal } from "../../../core/refusals.ts";
import type { BodyCall } from "../../call.ts";
import { readText } from "../read-text.ts";

/**
 * Longer texts are read by `JsonReader`, which can pause and stop. `JSON.parse` is faster, and takes at most a
 * millisecond or two for a text of this length.
 */
export const PARSED_CHARACTERS_MAX = 16_384;

/**
 * Reads a JSON body, whatever its content type (clients.md 4), and checks it against the schema.
 * @param bytesMax longer bodies are refused; at most `PARSED_CHARACTERS_MAX`, since the text is parsed in one go
 */
export async function readJson<Schema extends z.ZodType>(
  call: BodyCall,
  schema: Schema,
  bytesMax: number,
): Promise<z.infer<Schema>> {
  return check(parseJson(await readText(call, bytesMax)), schema);
}

/** @param schema must report few issues for any value, since each issue is an object */
export function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw illegal(`${first?.path.join(".") || "the request body"}: ${first?.message}`);
}

/** @param text at most `PARSED_CHARACTERS_MAX` characters */
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
