import type { MysqlLocation } from "../../src/store/mysql/connection/location.ts";
import { parseMysqlUrl } from "../../src/store/mysql/connection/parse-mysql-url.ts";

/** Long: on a busy machine the time is not what a test is about. */
const TIMEOUT_MS = 5000;

export function mysqlLocation(url: string, timeoutMs = TIMEOUT_MS): MysqlLocation {
  const location = parseMysqlUrl(url, undefined, ".");
  if (typeof location === "string") throw new Error(location);
  return { ...location, timeoutMs };
}
