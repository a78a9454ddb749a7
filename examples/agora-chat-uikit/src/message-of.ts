/** The SDK rejects with objects that are no errors. */
export function messageOf(error: unknown): string {
  const { message } = error as { message?: string };
  return message ?? String(error);
}
