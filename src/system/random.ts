import { randomBytes, randomUUID } from "node:crypto";
import type { Random } from "../core/ports/system/random.ts";

/** Cryptographically secure: from the operating system's generator. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  uuid: () => randomUUID(),
};
