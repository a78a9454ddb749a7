import { isIPv4, isIPv6 } from "node:net";
import { resolve } from "node:path";
import type { MysqlHost, MysqlLocation, MysqlTls } from "./location.ts";

const SCHEME = "mysql://";
const FORM = `${SCHEME}user@host:port,host:port/database`;
const PORT = 3306;
const PORT_MAX = 65_535;
const HOSTNAME_CHARACTERS_MAX = 253;
const TIMEOUT_MS = { min: 100, usual: 1000, max: 60_000 };
const PARAMETERS = ["timeout", "tls", "tls-ca", "tls-cert", "tls-key"] as const;
const NAME_SHOWN_MAX = 40;

type Parameters = ReadonlyMap<(typeof PARAMETERS)[number], string>;

/** Stops the parsing; its message is for the operator. */
class UrlError extends Error {}

/**
 * Parses `mysql://user:password@host:3306,host2:3306,[::1]:3307/database?timeout=1000&tls=verify`. Standard URL parsers
 * accept only one host. A string is the error. It repeats nothing but names of parameters, as a password may be
 * anywhere.
 * @param password if the URL has none
 * @param folder base of the TLS files' relative paths
 */
export function parseMysqlUrl(text: string, password: string | undefined, folder: string): MysqlLocation | string {
  try {
    return locationOf(text, password, folder);
  } catch (error) {
    if (error instanceof UrlError) return error.message;
    throw error;
  }
}

function locationOf(url: string, password: string | undefined, folder: string): MysqlLocation {
  const { userinfo, hosts: hostsText, database: databaseText, query } = partsOf(url);
  const [userText = "", passwordText = ""] = /^([^:]*)(?::(.*))?$/s.exec(userinfo)?.slice(1) ?? [];
  const user = decoded(userText, "the user");
  if (user === "") throw new UrlError(`must name a user: ${FORM}`);
  const ownPassword = decoded(passwordText, "the password");
  if (ownPassword !== "" && password !== undefined) {
    throw new UrlError("contains a password, and another one is set beside it: set only one of them");
  }
  const hosts = hostsOf(hostsText);
  const database = decoded(databaseText, "the database");
  if (!/^[A-Za-z0-9_$-]{1,64}$/.test(database)) {
    throw new UrlError("must name a database, of 1 to 64 letters, digits, _, - and $, after the hosts");
  }
  const parameters = parametersOf(query);
  const location = {
    engine: "mysql",
    hosts,
    database,
    user,
    password: ownPassword || (password ?? ""),
    tls: tlsOf(parameters, folder),
    timeoutMs: timeoutOf(parameters.get("timeout")),
  } as const;
  return { ...location, text: textOf(location) };
}

/** Only one @ is allowed: with two, the end of the password would be a guess. */
function partsOf(url: string): { userinfo: string; hosts: string; database: string; query: string | undefined } {
  if (!url.startsWith(SCHEME)) throw new UrlError(`must be ${FORM}`);
  const [userinfo = "", address, ...others] = url.slice(SCHEME.length).split("@");
  if (address === undefined) throw new UrlError(`must name a user: ${FORM}`);
  if (others.length > 0 || /[/?#]/.test(userinfo) || address.includes("#")) {
    throw new UrlError(
      "@ / ? # and % must be written as %40 %2F %3F %23 and %25 where they are part of a name or password",
    );
  }
  if (/\s/.test(url)) throw new UrlError("must not contain spaces: write %20");
  const [, hosts = "", database = "", query] = /^([^/?]*)\/?([^?]*)(?:\?(.*))?$/s.exec(address) ?? [];
  return { userinfo, hosts, database, query };
}

function hostsOf(text: string): MysqlLocation["hosts"] {
  const hosts = text.split(",").map((hostText, index) => {
    const host = hostOf(hostText);
    if (host !== undefined) return host;
    throw new UrlError(
      `host ${index + 1} must be a name or an address, and a port after a colon, such as [::1]:${PORT}`,
    );
  });
  const [first, ...others] = hosts;
  if (first === undefined) throw new UrlError(`must name a host: ${FORM}`);
  if (new Set(hosts.map(hostText)).size < hosts.length) throw new UrlError("names a host twice");
  return [first, ...others];
}

function hostOf(text: string): MysqlHost | undefined {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = portText === undefined ? PORT : Number(portText);
  const hostname = bracketed ?? plain ?? "";
  const legal = bracketed === undefined ? isHostname(hostname) : isIPv6(bracketed) && !bracketed.includes("%");
  return legal && port > 0 && port <= PORT_MAX ? { hostname: hostname.toLowerCase(), port } : undefined;
}

function isHostname(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIPv4(text);
  const labels = text.split(".");
  return text.length <= HOSTNAME_CHARACTERS_MAX && labels.every((label) => /^\w(?:[\w-]{0,61}\w)?$/.test(label));
}

function parametersOf(query: string | undefined): Parameters {
  const parameters = new Map<(typeof PARAMETERS)[number], string>();
  for (const pair of query?.split("&") ?? []) {
    const [, written = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    const name = PARAMETERS.find((known) => known === written);
    const shown = JSON.stringify(written.slice(0, NAME_SHOWN_MAX));
    if (name === undefined)
      throw new UrlError(`${shown} is not a parameter of mysql: URLs, which are ${PARAMETERS.join(", ")}`);
    if (parameters.has(name)) throw new UrlError(`the parameter ${shown} occurs twice`);
    parameters.set(name, decoded(value, `the parameter ${shown}`));
  }
  return parameters;
}

function timeoutOf(text: string | undefined): number {
  if (text === undefined) return TIMEOUT_MS.usual;
  const timeoutMs = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (timeoutMs >= TIMEOUT_MS.min && timeoutMs <= TIMEOUT_MS.max) return timeoutMs;
  throw new UrlError(`timeout must be a whole number of ms from ${TIMEOUT_MS.min} to ${TIMEOUT_MS.max}`);
}

function tlsOf(parameters: Parameters, folder: string): MysqlTls | undefined {
  const mode = parameters.get("tls");
  if (mode !== undefined && mode !== "verify") throw new UrlError("tls must be verify, or left out for clear text");
  const file = (name: "tls-ca" | "tls-cert" | "tls-key"): string | undefined => {
    const path = parameters.get(name);
    if (path === "") throw new UrlError(`${name} must be the path of a file`);
    return path === undefined ? undefined : resolve(folder, path);
  };
  const [caFile, certificateFile, keyFile] = [file("tls-ca"), file("tls-cert"), file("tls-key")];
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    throw new UrlError("tls-cert and tls-key must be set together");
  }
  const files = { caFile, certificateFile, keyFile };
  const given = Object.fromEntries(Object.entries(files).filter(([, path]) => path !== undefined));
  return mode === undefined && Object.keys(given).length === 0 ? undefined : given;
}

/** Parses as the same location, without the password. */
function textOf({ user, hosts, database, timeoutMs, tls }: Omit<MysqlLocation, "text">): string {
  const path = (text: string): string => encodeURIComponent(text).replaceAll("%2F", "/");
  const parameters = [
    ...(timeoutMs === TIMEOUT_MS.usual ? [] : [`timeout=${timeoutMs}`]),
    ...(tls === undefined ? [] : ["tls=verify"]),
    ...(tls?.caFile === undefined ? [] : [`tls-ca=${path(tls.caFile)}`]),
    ...(tls?.certificateFile === undefined ? [] : [`tls-cert=${path(tls.certificateFile)}`]),
    ...(tls?.keyFile === undefined ? [] : [`tls-key=${path(tls.keyFile)}`]),
  ];
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return `${SCHEME}${encodeURIComponent(user)}@${hosts.map(hostText).join(",")}/${database}${query}`;
}

function hostText({ hostname, port }: MysqlHost): string {
  return `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
}

function decoded(text: string, what: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    throw new UrlError(`${what} is not percent-encoded UTF-8: write % as %25`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\0-\x1f\x7f]/.test(plain)) throw new UrlError(`${what} must not contain control characters`);
  return plain;
}
