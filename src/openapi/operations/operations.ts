/**
 * `operations/`: the texts and examples of each operation. They must agree with what the server does: tests send the
 * examples to it.
 */

import type { Route } from "../../http/call.ts";
import { ACCOUNT_OPERATIONS } from "./account-operations.ts";
import { ATTRIBUTE_OPERATIONS } from "./attribute-operations.ts";
import { COMPANION_OPERATIONS } from "./companion-operations.ts";
import type { Operation } from "./operation.ts";
import { OWN_OPERATIONS } from "./own-operations.ts";

export const APP_OPERATIONS: Readonly<Record<string, Operation>> = {
  ...ATTRIBUTE_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...COMPANION_OPERATIONS,
};

export function operationOf({ method, path }: Pick<Route, "method" | "path">): Operation {
  return required(APP_OPERATIONS, `${method} ${path}`);
}

export function ownOperationOf(path: string): Operation {
  return required(OWN_OPERATIONS, path);
}

function required(rows: Readonly<Record<string, Operation>>, name: string): Operation {
  const row = rows[name];
  if (row === undefined) throw new Error(`${name} has no row in src/openapi/operations/`);
  return row;
}
