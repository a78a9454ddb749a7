import type { TransferReader, TransferUser } from "./transfer.ts";

/** An app's users, page by page. The next page is under way while the caller works on one. */
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
    // The reader must not be closed under it; what it came to matters no more, or has been thrown already.
    await next.catch(() => {});
  }
}
