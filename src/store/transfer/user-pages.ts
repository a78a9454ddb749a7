import type { TransferReader, TransferUser } from "./transfer.ts";

/** An app's users, page by page. The next page is read while the caller works on one. */
export async function* userPages(reader: TransferReader, app: number): AsyncGenerator<readonly TransferUser[]> {
  let next = reader.users(app, "");
  try {
    for (;;) {
      const page = await next;
      const last = page.at(-1);
      if (last === undefined) return;
      next = reader.users(app, last.name);
      yield page;
    }
  } finally {
    // Wait for the read in flight before the reader is closed. Its result is not needed, or its error was thrown
    // already.
    await next.catch(() => {});
  }
}
