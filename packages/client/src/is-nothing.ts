import type { AttributePatch, Attributes } from "./attributes.ts";
import { own } from "./batched-reads.ts";

/** Whether the changes leave the attributes as they are. */
export function isNothing(changes: AttributePatch, attributes: Attributes): boolean {
  const sent: AttributePatch = JSON.parse(JSON.stringify(changes));
  return Object.entries(sent).every(([name, value]) => String(value ?? "") === (own(attributes, name) ?? ""));
}
