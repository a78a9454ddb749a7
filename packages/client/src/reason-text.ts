/** Why a call failed, in the system's words. Node gives them in the cause, which may have a code alone. */
export function reasonText(error: unknown): string {
  const { message, code } = Object(Object(error).cause ?? error);
  return message || code || String(error);
}
