/** In the order in which they run and are reported. */
export const CASE_NAMES = [
  "get",
  "batch",
  "set",
  "cold",
  "scale",
  "mixed",
  "workers",
  "idle",
  "latency",
  "parse",
  "identity",
  "versions",
  "mysql",
] as const;

export type CaseName = (typeof CASE_NAMES)[number];
