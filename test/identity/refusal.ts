import { Refusal } from "../../src/core/refusals.ts";

/** With what code a token is refused; or `taken: …`, and for whom. A fault of ours is thrown on. */
export async function refusal(verifying: Promise<unknown>): Promise<string> {
  try {
    return `taken: ${JSON.stringify(await verifying)}`;
  } catch (error) {
    if (error instanceof Refusal) return error.refused.code;
    throw error;
  }
}
