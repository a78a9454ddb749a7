import { Refusal } from "../../src/core/refusals.ts";

/** Why a token is refused, as the operator is told; or `taken: …`. */
export async function failure(verifying: Promise<unknown>): Promise<string> {
  try {
    return `taken: ${JSON.stringify(await verifying)}`;
  } catch (error) {
    if (error instanceof Refusal && "fault" in error.refused) return error.refused.fault?.failed ?? "without a fault";
    throw error;
  }
}

/** The code with which a token is refused; or `taken: …` with its bearer. A fault of ours is thrown on. */
export async function refusal(verifying: Promise<unknown>): Promise<string> {
  try {
    return `taken: ${JSON.stringify(await verifying)}`;
  } catch (error) {
    if (error instanceof Refusal) return error.refused.code;
    throw error;
  }
}
