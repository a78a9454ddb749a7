/**
 * The kinds of requests that a soak consists of. Each builds a request from its connection's knowledge, and checks
 * that the answer is the only right one.
 */
import type { SoakAnswer } from "./soak-connection.ts";
import { bytesOf, holds, type SoakUser } from "./soak-users.ts";

export interface SoakRequest {
  readonly text: string;
  /** Applies the answer's effect; false: the answer is wrong. */
  check(answer: SoakAnswer): boolean;
}

export interface SoakMaker {
  readonly users: readonly SoakUser[];
  /** Below a number, evenly. */
  draw(below: number): number;
  head(method: string, path: string, headers?: string): string;
}

interface Envelope {
  readonly data?: unknown;
  readonly errors?: unknown;
}

type Kind = (maker: SoakMaker) => SoakRequest;

const BATCH = 10;
const FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";
const PATCH_TYPE = "Content-Type: application/merge-patch+json\r\n";
/** More than a user's limit. */
const TOO_LARGE = "x".repeat(2100);

/** The number of requests of this kind in ten thousand. */
export const KINDS: readonly (readonly [name: string, share: number, Kind])[] = [
  ["get", 6800, get],
  ["get again, not modified", 800, getAgain],
  ["batch get", 800, batchGet],
  ["set", 1000, set],
  ["patch", 200, patch],
  ["batch set", 80, batchSet],
  ["delete properties", 80, removeKeys],
  ["delete", 40, clear],
  ["set past the limit", 100, setTooLarge],
  ["set of an unknown user", 100, setNobody],
];

function get(maker: SoakMaker): SoakRequest {
  const user = one(maker);
  return {
    text: maker.head("GET", `/${user.name}`),
    check: (answer) => answer.status === 200 && holds(dataOf(answer), user) && keepTag(user, answer),
  };
}

function getAgain(maker: SoakMaker): SoakRequest {
  const user = one(maker);
  if (user.etag === undefined) return get(maker);
  return {
    text: maker.head("GET", `/${user.name}`, `If-None-Match: ${user.etag}\r\n`),
    check: ({ status, body }) => status === 304 && body === "",
  };
}

function batchGet(maker: SoakMaker): SoakRequest {
  const users = several(maker);
  const body = JSON.stringify({ targets: users.map(({ name }) => name), properties: [] });
  return {
    text: withBody(maker, "POST", "/get", JSON_TYPE, body),
    check(answer) {
      if (answer.status !== 200) return false;
      const data = dataOf(answer) as Record<string, unknown>; // as: `holds` looks at each member
      return users.every((user) => holds(data[user.name] ?? {}, user));
    },
  };
}

function set(maker: SoakMaker): SoakRequest {
  const user = one(maker);
  const number = `${maker.draw(1e9)}`;
  const filling = "x".repeat(maker.draw(400));
  // An empty value removes the key.
  const changes: (readonly [string, string])[] = [
    ["number", number],
    ["filling", filling],
    [`key${maker.draw(5)}`, number],
  ];
  const body = changes.map((change) => change.join("=")).join("&");
  return {
    text: withBody(maker, "PUT", `/${user.name}`, FORM, body),
    check: (answer) => answer.status === 200 && change(user, changes, answer),
  };
}

function patch(maker: SoakMaker): SoakRequest {
  const user = one(maker);
  const number = `${maker.draw(1e9)}`;
  return {
    text: withBody(maker, "PATCH", `/${user.name}`, PATCH_TYPE, JSON.stringify({ number, key1: null })),
    check: (answer) =>
      answer.status === 200 &&
      change(
        user,
        [
          ["number", number],
          ["key1", ""],
        ],
        answer,
      ),
  };
}

function batchSet(maker: SoakMaker): SoakRequest {
  const users = several(maker);
  const number = `${maker.draw(1e9)}`;
  const targets = Object.fromEntries(users.map(({ name }) => [name, { number }]));
  return {
    text: withBody(maker, "POST", "/set", JSON_TYPE, JSON.stringify({ targets })),
    check(answer) {
      for (const user of users) {
        user.data.set("number", number);
        user.etag = undefined;
      }
      const data = dataOf(answer) as Record<string, unknown>; // as: `holds` looks at each member
      return answer.status === 200 && users.every((user) => holds(data[user.name], user));
    },
  };
}

function removeKeys(maker: SoakMaker): SoakRequest {
  const user = one(maker);
  return {
    text: maker.head("DELETE", `/${user.name}?properties=key2,filling`),
    check(answer) {
      for (const key of ["key2", "filling"]) user.data.delete(key);
      user.etag = undefined;
      return answer.status === 200;
    },
  };
}

function clear(maker: SoakMaker): SoakRequest {
  const user = one(maker);
  return {
    text: maker.head("DELETE", `/${user.name}`),
    check(answer) {
      user.data.clear();
      user.etag = undefined;
      return answer.status === 200 && dataOf(answer) === true;
    },
  };
}

function setTooLarge(maker: SoakMaker): SoakRequest {
  const user = one(maker);
  return {
    text: withBody(maker, "PUT", `/${user.name}`, FORM, `large=${TOO_LARGE}`),
    check: ({ status }) => status === 403,
  };
}

function setNobody(maker: SoakMaker): SoakRequest {
  return {
    text: withBody(maker, "PUT", `/nobody${maker.draw(1e6)}`, FORM, "nickname=x"),
    check: ({ status }) => status === 404,
  };
}

function one({ users, draw }: SoakMaker): SoakUser {
  const user = users[draw(users.length)];
  if (user === undefined) throw new Error("a connection of the soak has no users");
  return user;
}

/** Neighbours from a drawn one on, so that none comes twice. */
function several({ users, draw }: SoakMaker): readonly SoakUser[] {
  const from = draw(users.length - BATCH);
  return users.slice(from, from + BATCH);
}

function withBody({ head }: SoakMaker, method: string, path: string, type: string, body: string): string {
  return `${head(method, path, `${type}Content-Length: ${body.length}\r\n`)}${body}`;
}

function change(user: SoakUser, changes: readonly (readonly [string, string])[], answer: SoakAnswer): boolean {
  for (const [key, value] of changes) {
    if (value === "") user.data.delete(key);
    else user.data.set(key, value);
  }
  return holds(dataOf(answer), user) && bytesOf(user) > 0 && keepTag(user, answer);
}

function keepTag(user: SoakUser, { head }: SoakAnswer): boolean {
  user.etag = /^etag: (.*)$/im.exec(head)?.[1];
  return user.etag !== undefined;
}

function dataOf({ body }: SoakAnswer): unknown {
  return (JSON.parse(body) as Envelope).data; // as: what is in it is looked at where it is used
}
