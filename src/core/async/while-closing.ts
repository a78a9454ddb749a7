/** Closes a part, whose name is in the set for as long as that takes. */
export async function whileClosing(closing: Set<string>, part: string, close: () => PromiseLike<void>): Promise<void> {
  closing.add(part);
  try {
    await close();
  } finally {
    closing.delete(part);
  }
}
