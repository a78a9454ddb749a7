/**
 * Hides the password in an address such as `mysql://user:password@host/database`, and everything after it, because the
 * end of a malformed password is unknown. An address without a password is not changed.
 */
export function redact(text: string): string {
  return text.replace(/(mysql:\/\/[^:@]*):.*/gis, "$1:***");
}
