import { connectRaw, type RawConnection } from "../harness/raw.ts";
import { APP_KEY, OPERATOR_KEY } from "../harness/usermeta-process.ts";
import { USERS } from "./set-load.ts";

const AUTHORIZATION = ["Authorization", `Bearer ${OPERATOR_KEY}`] as const;
const LOG_INS = 20;
const ANSWERS = 40;
const VALUE = "x".repeat(3500);

/** Half a head, half a body, logins that are being hashed, and answers that are not read. */
export class UnfinishedClients implements AsyncDisposable {
  readonly #connections: RawConnection[] = [];

  async connect(origin: string): Promise<void> {
    const open = async (): Promise<RawConnection> => {
      const connection = await connectRaw(origin);
      this.#connections.push(connection);
      return connection;
    };
    const path = (rest: string): string => `/${APP_KEY}/${rest}`;
    (await open()).write(`GET ${path("metadata/user/user0")} HTTP/1.1\r\nHost: `);
    (await open()).request("PUT", path("metadata/user/user0"), {
      headers: [AUTHORIZATION, ["Content-Length", "100"]],
      body: "nick",
    });
    (await open()).request("PUT", path("metadata/user/user0"), {
      headers: [AUTHORIZATION, ["Transfer-Encoding", "chunked"]],
      body: "5\r\nnickn\r\n",
    });
    for (const user of USERS) {
      await (await open()).call("PUT", path(`metadata/user/${user}`), {
        headers: [AUTHORIZATION],
        body: `big=${VALUE}`,
      });
    }
    const json = ["Content-Type", "application/json"] as const;
    const deaf = await open();
    deaf.pause();
    for (let n = 0; n < ANSWERS; n++) {
      deaf.request("POST", path("metadata/user/get"), {
        headers: [AUTHORIZATION, json],
        body: JSON.stringify({ targets: USERS, properties: ["big"] }),
      });
    }
    for (let n = 0; n < LOG_INS; n++) {
      const body = JSON.stringify({ grant_type: "password", username: USERS[n % USERS.length], password: "secret" });
      (await open()).request("POST", path("token"), { headers: [json], body });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection[Symbol.asyncDispose]()));
  }
}
