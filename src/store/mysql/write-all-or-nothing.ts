import type { AttributesWrite, BatchOutcome } from "../../core/ports.ts";
import { fullOrWithheld } from "../refused-together.ts";
import { outdatedOf, writeBatch } from "./attribute-batch.ts";
import type { Deadline } from "./deadline.ts";
import { makeRoom } from "./make-room.ts";
import type { Session } from "./session.ts";
import { OUTRUN, transact } from "./transact.ts";

/**
 * Writes of users of one app, in a transaction of their own. OUTRUN: to be tried again, now that there is room.
 * Rejects also where the database refuses it for what may pass.
 */
export async function writeAllOrNothing(
  session: Session,
  lane: number,
  writes: readonly AttributesWrite[],
  deadline: Deadline,
): Promise<readonly BatchOutcome[] | typeof OUTRUN> {
  if (writes.length === 0) return [];
  const result = await transact(session, deadline, (run) => writeBatch(run, lane, writes), 0);
  switch (result.kind) {
    case "written":
      return writes.map(() => "written");
    case "outdated": {
      const outdated = await outdatedOf(session, writes, deadline);
      if (outdated.size === 0) return OUTRUN;
      return writes.map((write) => (outdated.has(write) ? "conflict" : "withheld"));
    }
    case "app_unknown":
      return writes.map(() => "conflict");
    case "no_room": {
      const granted = await makeRoom(session, deadline, lane, result);
      if (granted === "full") return fullOrWithheld(writes);
      return granted === "app_unknown" ? writes.map(() => "conflict") : OUTRUN;
    }
  }
}
