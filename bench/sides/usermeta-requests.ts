import { PROFILES, type ProfileName } from "../data/profiles.ts";
import { APP } from "../data/seeded-store.ts";
import { COUNTER, DRAWN_NAME, FURTHER_USER, type Request, requestText, USER, userNameOf } from "../load/request.ts";
import { countOf, documentsOf } from "./documents.ts";

export interface UsermetaRequests {
  readonly get: Request;
  /** All attributes of a hundred users. */
  readonly batch: Request;
  /** The same of users with other attributes (bench/data/profiles.ts). */
  readonly ascii: Request;
  readonly chinese: Request;
  readonly realistic: Request;
  /** Two attributes of each. */
  readonly twoOfThree: Request;
  readonly twoOfFive: Request;
  /** All attributes of 99 users, and of one of the further users of the draw. */
  readonly oneFurther: Request;
  /** The bytes of a batch read of a hundred users from this one on. */
  readonly list: (first: number) => string;
  /** Replaces two of the five attributes. */
  readonly set: Request;
  readonly capacity: Request;
}

export const BATCH = 100;
const TWO = ["nickname", "avatarurl"];
const ONLY_TWO = /\{"avatarurl":"[^"]*","nickname":"[^"]*"\}/g;
export const HEALTH = requestText({ method: "GET", path: "/-/health" });

export function usermetaRequests(token: string): UsermetaRequests {
  const bearer = { Authorization: `Bearer ${token}` };
  const users = `/${APP}/metadata/user`;
  const batch = (names: readonly string[], properties?: readonly string[]): string =>
    requestText({
      method: "POST",
      path: `${users}/get`,
      headers: { ...bearer, "Content-Type": "application/json" },
      body: `{"targets":[${quoted(names)}]${properties === undefined ? "" : `,"properties":[${quoted(properties)}]`}}`,
    });
  const drawn = (profile: ProfileName): string[] => Array(BATCH).fill(`${PROFILES[profile].letter}${USER}`);
  return {
    get: {
      text: requestText({ method: "GET", path: `${users}/${DRAWN_NAME}`, headers: bearer }),
      isAnswer: documentsOf(1),
    },
    batch: { text: batch(Array(BATCH).fill(DRAWN_NAME)), isAnswer: documentsOf(BATCH) },
    ascii: { text: batch(drawn("ascii")), isAnswer: countOf(/"sign"/g, BATCH) },
    chinese: { text: batch(drawn("chinese")), isAnswer: countOf(/"nickname":"小明/g, BATCH) },
    realistic: { text: batch(drawn("realistic")), isAnswer: documentsOf(BATCH) },
    twoOfThree: { text: batch(drawn("ascii"), TWO), isAnswer: countOf(ONLY_TWO, BATCH) },
    twoOfFive: { text: batch(drawn("realistic"), TWO), isAnswer: countOf(ONLY_TWO, BATCH) },
    oneFurther: {
      text: batch([...Array(BATCH - 1).fill(DRAWN_NAME), `u${FURTHER_USER}`]),
      isAnswer: documentsOf(BATCH),
    },
    list: (first) => batch(Array.from({ length: BATCH }, (_, at) => userNameOf(first + at))),
    set: {
      text: requestText({
        method: "PUT",
        path: `${users}/${DRAWN_NAME}`,
        headers: { ...bearer, "Content-Type": "application/x-www-form-urlencoded" },
        body: `nickname=Nick+${COUNTER}&sign=Hello+there,+${COUNTER}`,
      }),
      isAnswer: documentsOf(1),
    },
    capacity: {
      text: requestText({ method: "GET", path: `${users}/capacity`, headers: bearer }),
      isAnswer: (body) => /"data":[1-9]/.test(body),
    },
  };
}

/** Not as JSON has it: `USER` is a control character, which would be escaped. */
function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(",");
}
