import fc from "fast-check";
import { raw } from "./raw.ts";
import { request, together } from "./requests.ts";
import type { Step } from "./step.ts";

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 60, arbitrary: request },
  { weight: 2, arbitrary: together.map((requests): Step => ({ kind: "together", requests })) },
  { weight: 2, arbitrary: raw.map((bytes): Step => ({ kind: "raw", bytes })) },
);

/** A sequence of steps, run in a fresh world. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 1, maxLength: 90, size: "max" });
