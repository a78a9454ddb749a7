import type { AttributesWrite, BatchOutcome } from "../../../core/ports/attribute-store.ts";
import type { Authority } from "../../../core/ports/terms.ts";
import { fullOrAborted } from "../../batch-refusals.ts";
import { outdatedOf, writeBatch } from "../attributes/attribute-batch.ts";
import type { Deadline } from "../connection/deadline.ts";
import type { Session } from "../connection/session.ts";
import { makeRoom } from "./make-room.ts";
import { RETRY, transact } from "./transact.ts";

/**
 * Writes users of one app in one transaction. RETRY: a conflict with other transactions; try again. Rejects also if the
 * database refuses the transaction for passing reasons.
 */
export async function writeAllOrNothing(
  session: Session,
  lane: number,
  writes: readonly AttributesWrite[],
  deadline: Deadline,
  authority: Authority | undefined,
): Promise<readonly BatchOutcome[] | typeof RETRY> {
  if (writes.length === 0) return [];
  const batch = writes.map((write) => ({ write, authority }));
  for (let isRoomMade = false; ; isRoomMade = true) {
    const result = await transact(session, deadline, (run) => writeBatch(run, lane, batch), 0);
    switch (result.kind) {
      case "written":
        return writes.map(() => "written");
      case "unauthorised":
        return writes.map(() => "unauthorised");
      case "outdated": {
        const outdated = await outdatedOf(session, writes, deadline);
        if (outdated.size === 0) return RETRY;
        return writes.map((write) => (outdated.has(write) ? "conflict" : "aborted"));
      }
      case "app_unknown":
        return writes.map(() => "conflict");
      case "no_room": {
        // Other writes have used the room that was made for this one.
        if (isRoomMade) return RETRY;
        const granted = await makeRoom(session, deadline, lane, result);
        if (granted === "full") return fullOrAborted(writes);
        if (granted === "app_unknown") return writes.map(() => "conflict");
        if (granted === "conflict") return RETRY;
        // Retry without a pause: a large batch has already taken long, and nothing was in its way.
      }
    }
  }
}
