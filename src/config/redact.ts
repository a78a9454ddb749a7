/**
 * Hides the password in an address such as `mysql://user:password@host/database`, and all that comes after it: a
 * password that was not written as it should be may end anywhere. An address without one stays as it is.
 */
export function redact(text: string): string {
  return text.replace(/(mysql:\/\/[^:@]*):.*/gis, "$1:***");
}
