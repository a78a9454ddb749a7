import { randomBytes, randomUUID } from "node:crypto";
import type { Random } from "../core/ports.ts";

/** From the operating system's generator: fit for keys and secrets. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  uuid: () => randomUUID(),
};
