import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { FIRST_USER } from "../load/request.ts";
import { checkSeeds } from "./check-seeds.ts";

/** Further users of a small store, a kind each for one effect; their names begin with the kind's letter. */
export interface Profile {
  readonly letter: string;
  /** In the order of their keys. */
  readonly attributesOf: (name: string, number: number) => Readonly<Record<string, string>>;
}

const NUMERALS = [..."零一二三四五六七八九"];

/** `ascii` and `chinese` have three attributes of the same number of bytes, `realistic` has five. */
export const PROFILES = {
  ascii: {
    letter: "a",
    attributesOf: (name) => ({ avatarurl: shortUrl(name), nickname: `Nick ${name}`, sign: "Hello there, folks" }),
  },
  chinese: {
    letter: "c",
    attributesOf: (name, number) => ({
      avatarurl: shortUrl(name),
      nickname: `小明${digits(number, 3).replace(/\d/g, (digit) => NUMERALS[Number(digit)] ?? "")}`,
      sign: "很高兴认识你",
    }),
  },
  realistic: {
    letter: "r",
    attributesOf: (name, number) => ({
      avatarurl:
        `https://cdn.example.com/avatars/2026/11/${name}/640x640/` +
        `${digits(number, 8)}-4f1c-4b7e-9a55-${digits(number, 12)}.webp?w=1024&q=80&t=cover`,
      ext: `{level:${digits(number, 2)},vip:${number % 2},city:Shanghai,lang:zh-CN,theme:dark,badge:early-bird,joined:2026-11-30,invites:on}`,
      gender: `${number % 3}`,
      nickname: `Nick ${name}`,
      sign: "On the road again, somewhere between the mountains and the sea. Write me, I answer when I am back online!",
    }),
  },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof PROFILES;

/** Adds `count` users of each kind to the seeds' app of a store that no server has open. */
export function addProfiles(store: string, count: number): void {
  const connection = new Connection(store);
  try {
    connection.exec("BEGIN IMMEDIATE");
    const { app } = connection.get<{ app: number }>("SELECT number AS app FROM apps") ?? { app: 0 };
    const now = Date.now();
    for (const { letter, attributesOf } of Object.values<Profile>(PROFILES)) {
      for (let number = 0; number < count; number++) {
        const name = `${letter}${FIRST_USER + number}`;
        const attributes = attributesOf(name, number);
        const bytes = Object.entries(attributes)
          .flat()
          .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        connection.run(INSERT, app, name, crypto.randomUUID(), now, bytes, JSON.stringify(attributes));
      }
      checkSeeds(connection, app, count, letter);
    }
    connection.run(
      "UPDATE app_usage SET used = (SELECT coalesce(sum(bytes), 0) FROM users WHERE users.app = ?1) WHERE app = ?1",
      app,
    );
    connection.exec("COMMIT");
  } finally {
    connection.close();
  }
}

function shortUrl(name: string): string {
  return `https://cdn.example.com/${name}.png`;
}

function digits(number: number, width: number): string {
  return `${number % 10 ** width}`.padStart(width, "0");
}

const INSERT = `
  INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version,
    attributes_modified, attributes)
  VALUES (?1, ?2, ?3, 1, ?4, ?4, 0, ?5, 1, ?4, ?6)`;
