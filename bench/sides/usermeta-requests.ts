import { APP } from "../data/seeded-store.ts";
import { COUNTER, DRAWN_NAME, type Request, requestText } from "../load/request.ts";
import { countOf, documentsOf } from "./documents.ts";

export interface UsermetaRequests {
  readonly get: Request;
  /** All attributes of a hundred users. */
  readonly batch: Request;
  /** Two attributes of each. */
  readonly batchOfTwo: Request;
  /** Replaces two of the five attributes. */
  readonly set: Request;
  readonly capacity: Request;
}

export const BATCH = 100;
export const HEALTH = requestText({ method: "GET", path: "/-/health" });

export function usermetaRequests(token: string): UsermetaRequests {
  const bearer = { Authorization: `Bearer ${token}` };
  const users = `/${APP}/metadata/user`;
  const batch = (properties: string): string =>
    requestText({
      method: "POST",
      path: `${users}/get`,
      headers: { ...bearer, "Content-Type": "application/json" },
      body: `{"targets":[${Array(BATCH).fill(`"${DRAWN_NAME}"`).join(",")}]${properties}}`,
    });
  return {
    get: {
      text: requestText({ method: "GET", path: `${users}/${DRAWN_NAME}`, headers: bearer }),
      isAnswer: documentsOf(1),
    },
    batch: { text: batch(""), isAnswer: documentsOf(BATCH) },
    batchOfTwo: { text: batch(',"properties":["nickname","avatarurl"]'), isAnswer: countOf(/"avatarurl"/g, BATCH) },
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
