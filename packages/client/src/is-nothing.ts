import type { Attributes, Changes } from "./attributes.ts";
import { own } from "./batched-reads.ts";

/** Whether the changes would change nothing. */
export function isNothing(changes: Changes, attributes: Attributes): boolean {
  const sent: Changes = JSON.parse(JSON.stringify(changes));
  return Object.entries(sent).every(([name, value]) => String(value ?? "") === (own(attributes, name) ?? ""));
}
