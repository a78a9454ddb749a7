import { COUNTER, DRAWN_NAME, type Request, requestText } from "../load/request.ts";
import { documentsOf } from "./documents.ts";
import { BATCH } from "./usermeta-requests.ts";

export const APP_ID = "bench";
export const MASTER_KEY = "bench-master-key";
export const MOUNT = "/parse";
export const CLASS = "Profile";
export const FIELDS = ["avatarurl", "ext", "gender", "nickname", "sign"];
export const MASTER_HEADERS = { "X-Parse-Application-Id": APP_ID, "X-Parse-Master-Key": MASTER_KEY };

const OBJECTS = `${MOUNT}/classes/${CLASS}`;
const WHERE = `{"objectId":{"$in":[${Array(BATCH).fill(`"${DRAWN_NAME}"`).join(",")}]}}`;

export interface ParseRequests {
  readonly get: Request;
  readonly batch: Request;
  readonly set: Request;
}

/** The calls of Parse that correspond to ours; a user's name is the object's id. */
export const parseRequests: ParseRequests = {
  get: {
    text: requestText({ method: "GET", path: `${OBJECTS}/${DRAWN_NAME}`, headers: MASTER_HEADERS }),
    isAnswer: documentsOf(1),
  },
  batch: {
    text: requestText({
      method: "GET",
      path: `${OBJECTS}?limit=${BATCH}&where=${percentEncoded(WHERE)}`,
      headers: MASTER_HEADERS,
    }),
    isAnswer: documentsOf(BATCH),
  },
  set: {
    text: requestText({
      method: "PUT",
      path: `${OBJECTS}/${DRAWN_NAME}`,
      headers: { ...MASTER_HEADERS, "Content-Type": "application/json" },
      body: `{"nickname":"Nick ${COUNTER}","sign":"Hello there, ${COUNTER}"}`,
    }),
    isAnswer: (body) => body.includes('"updatedAt"'),
  },
};

/** Does not change the users' positions. */
function percentEncoded(text: string): string {
  return text.replace(/["{}$[\],:]/g, encodeURIComponent);
}
