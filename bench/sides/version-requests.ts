import { APP } from "../data/seeded-store.ts";
import { COUNTER, DRAWN_NAME, type Request, requestText, userNameOf } from "../load/request.ts";
import { countOf } from "./documents.ts";
import { BATCH } from "./usermeta-requests.ts";

export interface VersionRequests {
  /** The caller has the stored version. */
  readonly unchanged: Request;
  /** A hundred users; the caller has the stored version of all but CHANGED. */
  readonly delta: Request;
  /** Replaces two of the five attributes of a hundred users. */
  readonly batchSet: Request;
  /** `list` of UsermetaRequests with versions. @param changed the caller has the stored version of all but this many */
  readonly listDelta: (first: number, changed: number) => string;
}

export const CHANGED = 1;
/** A version that nothing has. */
const FORMER = 1;

/** @param modified when the attributes of all users were last changed, ms */
export function versionRequests(token: string, modified: number): VersionRequests {
  const bearer = { Authorization: `Bearer ${token}` };
  const json = { ...bearer, "Content-Type": "application/json" };
  const users = `/${APP}/metadata/user`;
  const post = (call: string, body: string): string =>
    requestText({ method: "POST", path: `${users}/${call}`, headers: json, body });
  const versionsOf = (names: readonly string[], changed: number): string =>
    post("get", `{"versions":{${names.map((name, at) => `"${name}":${at < changed ? FORMER : modified}`).join(",")}}}`);
  const drawn = new Array<string>(BATCH).fill(DRAWN_NAME);
  const listed = (first: number): string[] => Array.from({ length: BATCH }, (_, at) => userNameOf(first + at));
  const set = `{"nickname":"Nick ${COUNTER}","sign":"Hello there, ${COUNTER}"}`;
  return {
    unchanged: {
      // Every user has a different tag; this one holds for all and is checked in the same way.
      text: requestText({
        method: "GET",
        path: `${users}/${DRAWN_NAME}`,
        headers: { ...bearer, "If-None-Match": "*" },
      }),
      isAnswer: (body) => body === "",
      status: 304,
    },
    delta: { text: versionsOf(drawn, CHANGED), isAnswer: countOf(/"nickname":/g, CHANGED) },
    batchSet: {
      text: post("set", `{"targets":{${drawn.map((name) => `"${name}":${set}`).join(",")}}}`),
      isAnswer: countOf(/"nickname":/g, BATCH),
    },
    listDelta: (first, changed) => versionsOf(listed(first), changed),
  };
}
