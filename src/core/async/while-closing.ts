/** Closes a part, and keeps its name in `closing` until this is done. */
export async function whileClosing(closing: Set<string>, part: string, close: () => PromiseLike<void>): Promise<void> {
  closing.add(part);
  try {
    await close();
  } finally {
    closing.delete(part);
  }
}
