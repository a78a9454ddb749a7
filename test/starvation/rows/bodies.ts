import { rawRequest } from "../../harness/raw.ts";
import { hold } from "../greedy/hold.ts";
import { form, GET, HEALTH, json, SET } from "../modest-requests.ts";
import type { Request, Row } from "../row.ts";

const MEGABYTE = 1_048_576;
const ANNOUNCED = MEGABYTE - 4;
const WITHHELD = 16;
const BUDGET = 8 * MEGABYTE;
/** The budget several times over, for copies in flight that are not collected yet. */
const GROWTH_MAX = 128 * MEGABYTE;
const SETTINGS = { USERMETA_BODIES_BYTES_MAX: `${BUDGET}` };
const MODEST = [GET, SET, HEALTH];

export const BODIES: readonly Row[] = [
  {
    name: "hundreds of bodies without their last bytes leave room for a modest one, sent with a valid token",
    settings: SETTINGS,
    greedy: (target, pace) => {
      const request = withheld(form(target.greedyToken, "PUT", `${target.app}/metadata/user/greedy`, ""));
      return hold(target, pace, { connections: pace.many(300, 1000), bytes: () => request });
    },
    modest: MODEST,
    growthBytesMax: GROWTH_MAX,
    never: [500],
  },
  {
    name: "hundreds of bodies without their last bytes leave room for a modest one, sent without a token",
    settings: SETTINGS,
    greedy: (target, pace) => {
      const request = withheld(json(undefined, "POST", `${target.app}/token`, ""));
      return hold(target, pace, { connections: pace.many(300, 3000), bytes: () => request });
    },
    modest: MODEST,
    growthBytesMax: GROWTH_MAX,
    never: [500],
  },
  {
    name: "hundreds of chunked bodies that trickle in leave room for a modest one",
    settings: SETTINGS,
    greedy: (target, pace) => {
      const { method, path, headers = [] } = form(target.greedyToken, "PUT", `${target.app}/metadata/user/greedy`, "");
      const head = rawRequest(method, path, { headers: [...headers, ["Transfer-Encoding", "chunked"]] });
      const drip = { bytes: `400\r\n${"k".repeat(1024)}\r\n`, everyMs: 100 };
      return hold(target, pace, { connections: pace.many(200, 1000), bytes: () => head, drip });
    },
    modest: MODEST,
    growthBytesMax: GROWTH_MAX,
    never: [500],
  },
];

/** A request whose last bytes never come. */
function withheld({ method, path, headers = [] }: Request): Uint8Array {
  const framed = rawRequest(method, path, { headers: [...headers, ["Content-Length", `${ANNOUNCED}`]] });
  return Buffer.concat([framed, Buffer.alloc(ANNOUNCED - WITHHELD, "k")]);
}
