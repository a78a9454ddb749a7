import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// "Returns a value of 404, indicating that the user does not exist." – {"desc":"Not Found"}
for (const dialect of DIALECTS) {
  test(`${dialect}: the admin is told that a user does not exist, and none is made`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    for (const name of ["nobody", "a%20b", "x".repeat(65), "ad%C3%A1", "ada%00"]) {
      const answer = await send("PUT", `${service.base}/metadata/user/${name}`, {
        token: admin.token,
        form: { nickname: "x" },
      });
      expectMetadataError(answer, {
        status: 404,
        error: "service_resource_not_found",
        text: "Service resource not found",
        desc: "Not Found",
        exception: "org.apache.usergrid.services.exceptions.ServiceResourceNotFoundException",
      });
    }
    const list = await send("GET", `${service.base}/users`, { token: admin.token });
    expect(list.body.entities).toEqual([]);
    expect(await admin.capacity()).toBe(0);
  });
}
