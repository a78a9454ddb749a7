import { test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";

test("an unknown user, and a name that no user can have", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords } });
  const { token } = await signIn(service);
  for (const name of ["ghost", "adá", "%"]) {
    const json = { newpassword: "new" };
    expectAccountError(await send("PUT", `${service.base}/users/${name}/password`, { token, json }), {
      status: 404,
      error: "entity_not_found",
      text: "User null not found",
      exception: "org.apache.usergrid.persistence.exceptions.EntityNotFoundException",
    });
  }
});
