import { type UserName, userName } from "../../src/core/model.ts";
import { flipBit } from "../wire/flip-bit.ts";
import type { Body, RequestStep } from "./grammar/step.ts";
import type { KnownUser } from "./known-users.ts";
import type { World, WorldApp } from "./world.ts";

/** A step as it is sent now. */
export interface Rendered {
  readonly step: RequestStep;
  readonly method: string;
  readonly target: string;
  /** In Latin-1. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
  /** Undefined: the path names no app. */
  readonly app: WorldApp | undefined;
  /** The user named in the path; undefined: none, or not certain. */
  readonly user: UserName | undefined;
  /** The path certainly belongs to the route. */
  readonly isExact: boolean;
}

export function render(step: RequestStep, world: World, address: string): Rendered {
  const { call } = step;
  const method = call.method;
  const isOfApp = call.route !== null;
  const app = isOfApp && step.prefix !== "unknown" ? world.apps[step.app] : undefined;
  const isExact = step.tail === "" && step.username !== "" && step.word !== "" && isOfApp;
  const named = call.username ?? (call.path.includes(":username") ? spelt(step).name : undefined);
  const user = isExact && named !== undefined ? userName(named) : undefined;
  const known = app?.users.get(user);
  const fill = (text: string): string => filled(text, { world, app: world.apps[step.app], known, step });
  const path = isOfApp
    ? prefixOf(step, world.apps[step.app]) +
      call.path.replace(
        /:\w+/g,
        (name) => (name === ":username" ? spelt(step) : spelt({ ...step, username: step.word })).wire,
      )
    : call.path;
  const target = path + step.tail + queryOf(fill(step.query));
  const body = step.body === undefined ? undefined : bytesOf(step.body, fill);
  return { step, method, target, headers: headersOf(step, fill, body, address), body, app, user, isExact };
}

/** Everything after these characters is not part of the query. */
function queryOf(query: string): string {
  return query.replace(/[^\x21-\x7e]/g, encodeURIComponent);
}

function headersOf(step: RequestStep, fill: (text: string) => string, body: Uint8Array | undefined, address: string) {
  const { headers, bearer } = step;
  const isNamed = (name: string): boolean => headers.some((each) => each.name.toLowerCase() === name);
  const authorization =
    bearer.of === "none" && bearer.form === "Bearer $"
      ? undefined
      : bearer.form.replace("$BASIC$", () => fill("$BASIC$")).replaceAll("$", () => fill("$TOKEN$"));
  const lines: [string, string][] = [];
  if (!isNamed("host")) lines.push(["Host", "localhost"]);
  lines.push(["X-Forwarded-For", address]);
  if (authorization !== undefined) lines.push(["Authorization", authorization]);
  if (body !== undefined) {
    if (step.body?.contentType !== undefined && !isNamed("content-type"))
      lines.push(["Content-Type", step.body.contentType]);
    if (step.framing === "chunked" || step.framing === "bytes in chunks") lines.push(["Transfer-Encoding", "chunked"]);
    else lines.push(["Content-Length", String(body.length)]);
    if (step.framing === "expected") lines.push(["Expect", "100-continue"]);
  }
  for (const { name, value } of headers) lines.push([name, fill(value)]);
  return lines.map(([name, value]) => [name, onOneLine(value)] as const);
}

/** Replaces characters that a header's value cannot have by `?`; raw steps send those. */
function onOneLine(value: string): string {
  return Buffer.from(value.slice(0, 6000))
    .toString("latin1")
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}

function spelt({ username, spelling }: RequestStep): { readonly wire: string; readonly name: string } {
  const name = username.toWellFormed();
  switch (spelling) {
    case "plain":
      return { wire: encodeURIComponent(name), name };
    case "percent":
      return { wire: Buffer.from(name).toString("hex").replace(/../g, "%$&"), name };
    case "capitals":
      return { wire: encodeURIComponent(name.toUpperCase()), name: name.toUpperCase() };
    case "raw": {
      const wire = Buffer.from(name.replace(/[^!-~\u{80}-\u{10ffff}]|[?#/\\%]/gu, encodeURIComponent)).toString(
        "latin1",
      );
      return { wire, name };
    }
  }
}

function prefixOf({ prefix }: RequestStep, app: WorldApp): string {
  switch (prefix) {
    case "key":
      return `/${app.key}`;
    case "capitals":
      return `/${app.key.toUpperCase()}`;
    case "percent":
      return `/${app.key.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`;
    case "id":
      return `/app-id/${app.id}`;
    case "unknown":
      return "/nobody/knows";
  }
}

interface Around {
  readonly world: World;
  readonly app: WorldApp;
  readonly known: KnownUser | undefined;
  readonly step: RequestStep;
}

/** Replaces placeholders by values of the moment. */
function filled(text: string, { world, app, known, step }: Around): string {
  if (!text.includes("$")) return text;
  return text.replace(/\$([A-Z_]+?)(?:_([a-z]+))?\$/g, (whole, name: string, user?: string) => {
    switch (name) {
      case "CLIENT_ID":
        return app.clientId;
      case "CLIENT_SECRET":
        return app.clientSecret;
      case "PASSWORD":
        return world.passwords.get(userName(step.username) ?? "") ?? world.passwords.get("ada") ?? "";
      case "BASIC":
        return Buffer.from(`${app.clientId}:${app.clientSecret}`).toString("base64");
      case "TOKEN":
        return tokenOf(step, app);
      case "ETAG":
        return known?.etag ?? '"none"';
      case "STALE":
        return known?.stale ?? '"stale"';
      case "MODIFIED":
        return String(app.users.get(user)?.modified ?? 1);
      case "CURSOR":
        return app.cursor;
      default:
        return whole;
    }
  });
}

function tokenOf({ bearer: { of, flipped } }: RequestStep, app: WorldApp): string {
  const token = app.bearers.get(of) ?? "";
  return flipped === undefined || token === ""
    ? token
    : flipBit(token, flipped % (Buffer.from(token, "base64url").length * 8));
}

function bytesOf({ text, encoding }: Body, fill: (text: string) => string): Uint8Array {
  return Buffer.from(fill(text), encoding);
}

/** The bytes in pieces as they are sent; the first piece is the head. */
export function piecesOf({ method, target, headers, body, step: { framing } }: Rendered): readonly Uint8Array[] {
  const head = Buffer.from(
    `${method} ${target} HTTP/1.1\r\n${headers.map((pair) => `${pair.join(": ")}\r\n`).join("")}\r\n`,
    "latin1",
  );
  if (body === undefined) return [head];
  if (framing === "length") return [Buffer.concat([head, body])];
  if (framing === "late" || framing === "expected") return [head, body];
  // Limits a long body to a few hundred pieces.
  const size = framing === "bytes in chunks" ? Math.max(1, Math.ceil(body.length / 200)) : Math.max(1, body.length);
  const chunks: Uint8Array[] = [head];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return [Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")])];
}
