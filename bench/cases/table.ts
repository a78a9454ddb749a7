import { batch } from "./batch.ts";
import type { Case } from "./case.ts";
import type { CaseName } from "./case-names.ts";
import { cold } from "./cold.ts";
import { get } from "./get.ts";
import { identity } from "./identity.ts";
import { idle } from "./idle.ts";
import { latency } from "./latency.ts";
import { mixed } from "./mixed.ts";
import { mysql } from "./mysql.ts";
import { parse } from "./parse.ts";
import { scale } from "./scale.ts";
import { set } from "./set.ts";
import { versions } from "./versions.ts";
import { workers } from "./workers.ts";

export const CASES: Readonly<Record<CaseName, Case>> = {
  get,
  batch,
  set,
  cold,
  scale,
  mixed,
  workers,
  idle,
  latency,
  parse,
  identity,
  versions,
  mysql,
};
