import { join } from "node:path";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import type { PreparedState } from "./stop-state.ts";

/** The specific part of a state of a SQLite store. */
export type FileState = Omit<PreparedState, "store" | "location" | keyof AsyncDisposable>;

/** @param make the specific part of the state; the stack is disposed of at its end */
export async function onFile(
  make: (path: string, stack: AsyncDisposableStack) => FileState | Promise<FileState>,
): Promise<PreparedState> {
  await using stack = new AsyncDisposableStack();
  const path = join(stack.use(temporaryFolder()).path, "usermeta.db");
  const state = await make(path, stack);
  const owned = stack.move();
  return {
    store: `sqlite:${path}`,
    location: { engine: "sqlite", path },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
    ...state,
  };
}
