import type { Turns } from "../core/ports.ts";

export const systemTurns: Turns = {
  next: () => new Promise((resolve) => setImmediate(resolve)),
};
