/** The SDK rejects with objects that are not instances of Error. */
export function messageOf(error: unknown): string {
  const { message } = error as { message?: string };
  return message ?? String(error);
}
