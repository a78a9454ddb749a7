import { expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { expectAccountError, illegalArgument } from "../harness/expect-account.ts";
import { startTestService } from "../harness/service.ts";

const LIMIT = illegalArgument("limit: not a whole number above 0");
const CURSOR = illegalArgument("cursor: not one of ours");

const ILLEGAL_LIMITS = ["0", "-1", "1.5", "ten", "", "%201", "1e2", "0x10", "%EF%BC%91"];
const ILLEGAL_CURSORS = ["", "x", "ada", "1 a b", "x ada", "-1 ada", "1 ..", "01 ada", "1 ADA", "NaN ada", "1"];

/** Tests that `/users?limit&cursor` refuses nonsense, and then does nothing. */
export function testBadPages(method: "GET" | "DELETE"): void {
  test(`${method} /users refuses a limit that is no number and a cursor that is none of ours`, async () => {
    await using service = await startTestService();
    const admin = await signIn(service);
    await admin.newUser("ada");
    const ask = (query: string) => send(method, `${service.base}/users?${query}`, { token: admin.token });

    for (const limit of ILLEGAL_LIMITS) expectAccountError(await ask(`limit=${limit}`), LIMIT);
    for (const text of [...ILLEGAL_CURSORS, `${"9".repeat(16)} ada`]) {
      expectAccountError(await ask(`cursor=${Buffer.from(text).toString("base64url")}`), CURSOR);
    }
    for (const cursor of ["%00%FF", "MSBhZGE=", "MSBhZGE!"]) expectAccountError(await ask(`cursor=${cursor}`), CURSOR);
    expect(await service.store.users(service.app.number, undefined, 10)).toHaveLength(1);
  });
}
